"""Every page that can be reached by links, one address for each route."""

import re
from html import unescape
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests
from django.urls import Resolver404, resolve

from tests.browser.site import Site

LINK = re.compile(r"""<a\b[^>]*?\bhref=["']([^"'#]+)""")
ELSEWHERE = ("/admin/", "/api/", "/static/", "/metrics", "/i18n/")
MOST = 400  # addresses asked for; far more than there are routes


def pages_found(site: Site, person: str) -> dict[str, str]:
    """Route name -> the first address of it that was met, as this person; each answers with a page of HTML."""
    session = requests.Session()
    session.cookies.set("sessionid", site.sessions[person])
    found: dict[str, str] = {}
    waiting, asked = [("/", "/")], 0
    while waiting and asked < MOST:
        path, linked_from = waiting.pop(0)
        asked += 1
        answer = session.get(site.url + path, timeout=60)
        if answer.status_code == HTTPStatus.NOT_FOUND and path not in links(session, site, linked_from):
            continue  # another journey has deleted it in the meantime
        assert answer.status_code == HTTPStatus.OK, f"{path} answers {answer.status_code}, linked from {linked_from}"
        if not answer.headers["Content-Type"].startswith("text/html") or "attachment" in str(answer.headers):
            continue
        found[route(path)] = path
        for address in links_of(answer, site):
            if route(address) not in {*found, *(route(one) for one, _from in waiting)}:
                waiting.append((address, path))
    return found


def is_gone(site: Site, path: str) -> bool:
    """Whether a page that was found has been deleted by another journey since."""
    answer = requests.get(site.url + path, cookies={"sessionid": site.sessions["admin"]}, timeout=60)
    return answer.status_code == HTTPStatus.NOT_FOUND


def links(session: requests.Session, site: Site, path: str) -> list[str]:
    """The addresses that a page links to now."""
    return links_of(session.get(site.url + path, timeout=60), site)


def links_of(answer: requests.Response, site: Site) -> list[str]:
    """Of pages of ours alone, no files."""
    found = []
    for href in LINK.findall(answer.text):
        there = urlsplit(urljoin(answer.url, unescape(href)))
        is_ours = f"{there.scheme}://{there.netloc}" == site.url and not there.path.startswith(ELSEWHERE)
        if is_ours and "export=" not in there.query:
            found.append(there.path + (f"?{there.query}" if there.query else ""))
    return found


def route(path: str) -> str:
    """The name of the route that an address belongs to."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return f"nowhere: {path}"
