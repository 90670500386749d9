"""A source of the network that says what a test wants, without any network."""

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from etfs.sources.base import Ask, Composition, DayStat, Http, Kind, NetworkSource, Parsed, Raw
from etfs.sources.registry import register, registry_reset, source_get
from tests.etfs.builder import line

DAY = dt.date(2024, 6, 28)
GOOD = {"AAA": 60, "BBB": 39, "cash": 1}
Play = Callable[[Ask], Mapping[str, Any]]


class FakeSource(NetworkSource):
    """``plays``: by ticker what ``fetch`` does; the others get ``GOOD``. ``asked`` and ``fetched``: what it was asked,
    in the order of coming in and of going out."""

    name: ClassVar[str] = "fake"
    title: ClassVar[str] = "Not real"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS, Kind.STATS)
    regions: ClassVar[tuple[str, ...]] = ("KR", "US")
    checked: ClassVar[str] = "contract"
    rate_limit: ClassVar[float] = 1000.0

    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        self.asked: list[str] = []
        self.fetched: list[str] = []
        self.read: Callable[[Mapping[str, Any]], None] = lambda answer: None  # what parsing does besides
        self.moved = threading.Condition()

    def fetch(self, ask: Ask, http: Http) -> Raw:
        self.note(self.asked, ask)
        answer = self.plays.get(ask.ticker, lambda ask: GOOD)(ask)
        self.note(self.fetched, ask)
        return Raw(json.dumps({"fund": ask.ticker, **answer}).encode(), f"fake {ask.ticker}")

    def note(self, where: list[str], ask: Ask) -> None:
        with self.moved:
            where.append(ask.ticker)
            self.moved.notify_all()

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        answer = json.loads(raw.content)
        self.read(answer)
        fund, currency = answer.pop("fund"), answer.pop("currency", ask.region.currency)
        expected = answer.pop("expected", None)
        if ask.kind == Kind.STATS:
            return Parsed(stats=(DayStat(fund, DAY, close=line("A", 5).weight),))
        lines = tuple(line(ticker, weight, number) for number, (ticker, weight) in enumerate(answer.items(), 1))
        return Parsed(compositions=(Composition(fund, DAY, lines, currency, expected_lines=expected),))


@contextmanager
def fake_registered(**facts: Any) -> Iterator[FakeSource]:
    """The only source there is; ``facts`` replace what it declares."""
    with registry_reset():
        kind = type("Fake", (FakeSource,), facts)
        register(kind)
        source = source_get(kind.name)
        assert isinstance(source, FakeSource)
        yield source
