"""What other sources say of a fund on the same day: their answers, kept beside, are taken apart again and compared."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

import numpy as np

from etfs.calc.belief import TOLERANCE, weights_completed
from etfs.calc.composition_jumps import cross_check
from etfs.calc.snapshot import Snapshot as Held
from etfs.calc.verdict import Verdict, apart, cross_verdict, of_part, unread_verdict
from etfs.models import ETF, Payload, Snapshot
from etfs.sources.base import Ask, Composition, Kind, Line, LineKind, Parsed, Raw, SourceProblem
from etfs.sources.registry import source_get
from etfs.store.checking import StoredLines
from etfs.store.lines import InstrumentFinder
from market.regions import region_get

KEPT = 4  # answers held taken apart: a file of a whole market is about many funds
_SECURITIES = (LineKind.STOCK, LineKind.ETF, LineKind.BOND, LineKind.OTHER, LineKind.UNKNOWN)
Named = tuple[str, float]  # what tells a line from others, and its weight


class OtherAnswers:
    """Answers of other sources for the length of a validation: instruments read once, the last answers kept."""

    def __init__(self) -> None:
        self._finder: InstrumentFinder | None = None
        self._parsed: dict[int, tuple[Parsed, Ask]] = {}

    def verdicts(
        self, fund: ETF, snapshot: Snapshot, lines: StoredLines, answers: Iterable[tuple[int, str]]
    ) -> Iterator[Verdict]:
        """What the newest answer of each other source (payload, source; newest first) means for ``snapshot``."""
        seen = {snapshot.source}
        for payload_id, source in answers:
            if source in seen:
                continue
            seen.add(source)
            try:
                found = self._composition(fund, snapshot.as_of_date, payload_id)
            except (SourceProblem, ValueError) as problem:
                yield unread_verdict(source, str(problem))
                continue
            verdict = self._compared(fund, lines, found, source) if found else None
            if verdict:
                yield verdict

    def _composition(self, fund: ETF, day: dt.date, payload_id: int) -> Composition | None:
        """What the answer says of the fund on the day; None where it does not speak of it."""
        if payload_id not in self._parsed:
            while len(self._parsed) >= KEPT:
                self._parsed.pop(next(iter(self._parsed)))
            payload = Payload.objects.get(pk=payload_id)
            ask = Ask(Kind(payload.kind), region_get(payload.region), payload.ticker, payload.date)
            raw = Raw(bytes(payload.content), payload.name)
            self._parsed[payload_id] = (source_get(payload.source).parse(raw, ask), ask)
        parsed, ask = self._parsed[payload_id]
        for found in parsed.compositions:
            named = (found.fund or ask.ticker) == fund.instrument.ticker
            if found.as_of_date == day and (named or (found.isin and found.isin == fund.instrument.isin)):
                return weights_completed(found)[0]
        return None

    def _compared(self, fund: ETF, lines: StoredLines, found: Composition, source: str) -> Verdict | None:
        if self._finder is None:
            self._finder = InstrumentFinder()
        finder = self._finder
        ours = [*zip(lines.lines(), lines.instrument.tolist(), strict=True)]
        theirs = [(line, finder.find(line, fund.region)) for line in found.lines]
        left, right = _named(ours), _named(theirs)
        if not left or not right:
            return None
        here, there = _held(left, right)
        check = cross_check(here, there)
        part = not _whole(found)
        if part:
            check = of_part(check)
        unread = max(_unread(left), _unread(right))
        return cross_verdict(check, apart=apart(here, there, common_only=part), source=source, unread=unread)


def _named(lines: Iterable[tuple[Line, int | None]]) -> list[Named]:
    """Securities with a weight, by instrument, else by the words of the source."""
    return [
        (f"#{instrument}" if instrument else (line.ticker or line.identifier or line.name).upper(), float(line.weight))
        for line, instrument in lines
        if line.weight is not None and line.kind in _SECURITIES
    ]


def _held(left: list[Named], right: list[Named]) -> tuple[Held, Held]:
    places = np.unique([key for key, _ in [*left, *right]], return_inverse=True)[1]
    weights = np.array([weight for _, weight in [*left, *right]])
    cut = len(left)
    return Held.of(places[:cut], weights[:cut]), Held.of(places[cut:], weights[cut:])


def _unread(named: Iterable[Named]) -> float:
    return sum(abs(weight) for key, weight in named if not key.startswith("#"))


def _whole(found: Composition) -> bool:
    total = sum((line.weight for line in found.lines if line.weight is not None), Decimal(0))
    return abs(total - 100) <= TOLERANCE
