"""Every page that can be reached by links, one address for each route."""

import re
from html import unescape
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
    waiting, asked = ["/"], 0
    while waiting and asked < MOST:
        path = waiting.pop(0)
        asked += 1
        answer = session.get(site.url + path, timeout=60)
        assert answer.status_code == 200, f"{path} answers {answer.status_code}, linked from a page"
        if not answer.headers["Content-Type"].startswith("text/html") or "attachment" in str(answer.headers):
            continue
        found[route(path)] = path
        for href in LINK.findall(answer.text):
            there = urlsplit(urljoin(site.url + path, unescape(href)))
            address = there.path + (f"?{there.query}" if there.query else "")
            if f"{there.scheme}://{there.netloc}" != site.url or there.path.startswith(ELSEWHERE):
                continue
            if "export=" in there.query or route(address) in {*found, *map(route, waiting)}:
                continue
            waiting.append(address)
    return found


def route(path: str) -> str:
    """The name of the route that an address belongs to."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return f"nowhere: {path}"
