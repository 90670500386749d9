"""The HTTP client: hosts, redirects, sizes, further tries, waiting."""

import time
from typing import ClassVar

import pytest

from etfs.sources import http
from etfs.sources.base import Ask, Http, Kind, NetworkSource, Parsed, Raw, SourceProblem
from etfs.sources.http import Client
from tests.etfs.network.cases import QUICK
from tests.etfs.network.server import Player, answer, drip, late

URL = "https://data.example.org/figures"


class Played(NetworkSource):
    name: ClassVar[str] = "played"
    title: ClassVar[str] = "A source for these tests"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.STATS,)
    regions: ClassVar[tuple[str, ...]] = ()
    checked: ClassVar[str] = "contract"
    hosts: ClassVar[tuple[str, ...]] = ("data.example.org", "more.example.org:8443")
    rate_limit: ClassVar[float] = 1000.0

    def fetch(self, ask: Ask, http: Http) -> Raw:
        return Raw(http.get(URL), "figures")

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        return Parsed()


def client(player: Player, **more: object) -> Client:
    return Client(Played, base_url=player.url, **(QUICK | more))


def problem_of(player: Player, url: str = URL, **more: object) -> SourceProblem:
    with pytest.raises(SourceProblem) as caught:
        client(player, **more).get(url, {"apiKey": "made-up-secret"})
    assert "made-up-secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        "http://data.example.org/figures",
        "https://example.org/figures",
        "https://data.example.org.example.net/figures",
        "https://data.example.org:444/figures",
        "https://more.example.org/figures",
        "https://name:password@data.example.org/figures",
        "https://data.example.org@127.0.0.1/figures",
        "https://127.0.0.1/figures",
        "file:///etc/hostname",
        "https:///figures",
    ],
)
def test_only_declared_hosts(player: Player, url: str) -> None:
    player.plays(answer(b"never"))
    problem = problem_of(player, url)
    assert problem.error_type == "http"
    assert "password" not in str(problem)
    assert not player.asked


def test_parameters_headers_and_bodies_arrive(player: Player) -> None:
    player.plays(answer(b"fine"))
    assert client(player).get(URL, {"q": "a~b"}, {"X-Test": "1"}) == b"fine"
    assert client(player).post(URL, {"of": "funds"}) == b"fine"
    got, posted = player.asked
    assert (got.path, got.headers["X-Test"]) == ("/figures?q=a~b", "1")
    assert (posted.method, posted.body) == ("POST", b'{"of": "funds"}')


def test_redirects_within_the_declared_hosts(player: Player) -> None:
    player.plays(answer(b"", 302, {"Location": "https://more.example.org:8443/moved?to=2"}))
    player.plays(answer(b"", 307, {"Location": "/here"}), path="/moved")
    player.plays(answer(b"fine"), path="/here")
    assert client(player).get(URL, {"q": "1"}) == b"fine"
    assert [asked.path for asked in player.asked] == ["/figures?q=1", "/moved?to=2", "/here"]


@pytest.mark.parametrize("place", ["http://data.example.org/", "//example.net/", "https://127.0.0.1/", "ftp://x/"])
def test_redirects_elsewhere(player: Player, place: str) -> None:
    player.plays(answer(b"", 301, {"Location": place}))
    assert "not an address of played" in str(problem_of(player))
    assert len(player.asked) == 1


def test_endless_redirects_and_posts_that_are_sent_on(player: Player) -> None:
    player.plays(answer(b"", 302, {"Location": "/figures"}))
    assert "redirects" in str(problem_of(player))
    with pytest.raises(SourceProblem, match="HTTP 302"):
        client(player).post(URL, {"secret": "x"})


def test_size_also_holds_for_what_is_packed(player: Player) -> None:
    body = b"0" * 1_000_000  # packed: a thousand times smaller
    player.plays(answer(body, packed=True))
    assert client(player, max_bytes=1_000_000).get(URL) == body
    problem = problem_of(player, max_bytes=999_999)
    assert (problem.error_type, "999,999 bytes" in str(problem)) == ("http", True)


def test_size_without_an_announced_length(player: Player) -> None:
    def endless(handler) -> None:
        handler.head(200, {"Connection": "close"})
        while not handler.player.over.is_set():
            handler.wfile.write(b"x" * 10_000)

    player.plays(endless)
    assert "more than" in str(problem_of(player, max_bytes=100_000))


def test_packings_that_were_not_asked_for(player: Player) -> None:
    player.plays(answer(b"????", headers={"Content-Encoding": "br"}))
    assert "packed as 'br'" in str(problem_of(player))
    player.plays(answer(b"no gzip at all", headers={"Content-Encoding": "gzip"}))
    assert problem_of(player).error_type == "connection"


@pytest.mark.parametrize("retries", [0, 2])
def test_how_often_a_source_is_asked(player: Player, retries: int) -> None:
    player.plays(answer(b"busy", 503))
    assert problem_of(player, retries=retries).error_type == "http"
    assert len(player.asked) == retries + 1
    player.plays(answer(b"gone", 404))
    problem_of(player, retries=retries)
    assert len(player.asked) == retries + 2  # not asked again what is not there


def test_a_timeout_is_tried_again(player: Player) -> None:
    player.plays(late(), answer(b"fine"))
    assert client(player, timeout=0.5).get(URL) == b"fine"
    player.plays(late())
    assert problem_of(player, timeout=0.05).error_type == "timeout"


def test_nobody_there() -> None:
    with pytest.raises(SourceProblem) as caught:
        Client(Played, base_url="http://127.0.0.1:9", **QUICK).get(URL)
    assert caught.value.error_type == "connection"


def test_retry_after_is_respected_up_to_the_cap(player: Player) -> None:
    player.plays(answer(b"busy", 429, {"Retry-After": "60"}), answer(b"fine"))
    assert client(player, retry_after_cap=0.3).get(URL) == b"fine"
    assert 0.29 <= player.asked[1].at - player.asked[0].at < 10


def test_waiting_between_tries_ends_with_the_deadline(player: Player) -> None:
    player.plays(answer(b"busy", 503, {"Retry-After": "1"}))
    problem = problem_of(player, retries=50, retry_after_cap=0.1, deadline=0.25)
    assert problem.error_type == "timeout"
    assert len(player.asked) <= 4


def test_the_body_of_an_error_is_not_waited_for(player: Player) -> None:
    slow = drip(b"x" * 1000)  # 50 seconds

    def busy(handler) -> None:
        handler.head = lambda status, headers: type(handler).head(handler, 503, headers)
        slow(handler)

    player.plays(busy, answer(b"fine"))
    began = time.monotonic()
    assert client(player).get(URL) == b"fine"
    assert time.monotonic() - began < 10


def test_the_rate_holds_for_further_tries_and_redirects_too(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[tuple[object, ...]] = []
    monkeypatch.setattr(http, "turn_wait", lambda name, rate, longest: turns.append((name, rate, len(player.asked))))
    player.plays(answer(b"busy", 500), answer(b"", 302, {"Location": "/on"}), answer(b"fine"))
    assert client(player, rate_limit=20.0).get(URL) == b"fine"
    assert turns == [("played", 20.0, asked) for asked in range(3)]  # one before each of the three requests


def test_a_declared_source_asks_https_without_an_override() -> None:
    live = Client(Played)
    assert live.timeout == Played.timeout
    assert live.deadline > live.timeout * (live.retries + 1)
    assert live._own(URL) == URL
