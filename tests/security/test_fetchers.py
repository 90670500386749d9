"""What the server asks over the network: HTTPS on hosts that a source declares, and nothing else, whoever says so.

Redirects and links in answers go the same way (``tests/etfs/network``)."""

import re

import pytest

from etfs.sources.base import NetworkSource, SourceProblem
from etfs.sources.http import Client
from etfs.sources.registry import source_get, source_names

SOURCES = [source_get(name) for name in source_names(base=NetworkSource)]
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?")


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.name)
def test_a_source_asks_public_names_only(source):
    for host in source.hosts:
        assert HOST.fullmatch(host)
        assert not re.fullmatch(r"[\d.]+(:\d+)?", host)
        assert not host.split(":")[0].endswith((".local", ".internal", "localhost"))


@pytest.mark.parametrize("source", [one for one in SOURCES if one.hosts], ids=lambda one: one.name)
def test_nothing_else_is_asked(source):
    host = source.hosts[0]
    for url in (
        f"http://{host}/", "https://169.254.169.254/latest/meta-data/", "https://localhost/", "https://[::1]/",
        f"https://{host}@evil.example/", f"https://evil.example/{host}", f"https://{host}.evil.example/",
        f"https://{host}:22/", "file:///etc/passwd", "gopher://x/", f"//{host}/",
    ):  # fmt: skip
        with pytest.raises(SourceProblem, match="not an address of"):
            Client(source, rate_limit=1e9).get(url)
