"""Are the compositions plausible? Checked after they were stored, fund by fund; docs/etf-quality.md says what for."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from etfs.calc.composition_checks import Fund, Lines, check_composition
from etfs.calc.composition_jumps import check_jump
from etfs.calc.verdict import CODES, Verdict, one_of_each, verdicts
from etfs.models import ETF, HoldingFinding, Severity, Snapshot
from etfs.services.crosschecks import OtherAnswers
from etfs.services.lookup import etf_get
from etfs.services.quarantine import accepted_codes, flags_of, snapshot_quarantine, snapshot_release, state_judge
from etfs.services.resolving import lines_look_up
from etfs.services.runs import region_get_or_error
from etfs.store.checking import (
    StoredLines,
    answers_beside,
    days_due,
    findings_replace,
    funds_asked,
    served_days,
    stored_lines,
)
from etfs.store.locks import fund_lock
from etfs.store.snapshots import sessions_between
from factors.services.progress import Progress, silent
from market.regions import region_get

__all__ = ["Validation", "holdings_validate", "snapshot_quarantine", "snapshot_release"]
LONGEST = 300  # characters of a finding's message
NAMED = 10  # lines that a finding names
STALE = "stale"
CONTENT = tuple(code for code in CODES if code != STALE)
_DUPLICATES = ("duplicate_line", "repeated_key")
_NOTHING = Lines(*(np.array([]) for _ in range(5)))


@dataclass
class Validation:
    """What a run of the checks did: how much it looked at, what it found there, and what it put into quarantine."""

    funds: int = 0
    compositions: int = 0
    resolved: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing that a person should look at."""
        return all(row["severity"] == Severity.NOTE for row in self.findings)


def holdings_validate(
    *, region: str = "", symbols: Sequence[str] = (), as_of: dt.date | None = None, progress: Progress = silent
) -> Validation:
    """Check each fund's newest compositions and those stored since the last time; findings are kept, the severe ones
    quarantine.

    Lines that are no instrument of ours are looked up first. One transaction per fund, under its lock: a run that dies
    leaves whole funds, and asking again goes on. ``as_of``: as if it were that day (None: today at each exchange).
    EtfError for an unknown region, NotFound or Ambiguous for a symbol.
    """
    code = region_get_or_error(region).code if region else ""
    funds = funds_asked(code, [etf_get(symbol, code).pk for symbol in symbols])
    run, others = Validation(resolved=lines_look_up()), OtherAnswers()
    for number, fund in enumerate(funds, 1):
        checks = _FundChecks(fund, as_of or region_get(fund.region).today(), others)
        checks.validate(run, _within(progress, number, len(funds)))
        progress(str(fund.instrument), number, len(funds))
    return run


def _within(progress: Progress, number: int, total: int) -> Callable[[str], None]:
    """Progress inside the fund of that number."""
    return lambda stage: progress(stage, number - 1, total)


class _FundChecks:
    """The checks of one fund: what they ask for of many compositions is read once for all of them."""

    def __init__(self, fund: ETF, as_of: dt.date, others: OtherAnswers) -> None:
        self.fund, self.as_of, self.others = fund, as_of, others
        self.found: dict[dt.date, dict[str, dict[str, Any]]] = {}
        self.served: list[tuple[dt.date, str]] = []
        self.read: dict[dt.date, StoredLines] = {}  # the last two: a composition and the one before it

    def validate(self, run: Validation, told: Callable[[str], None]) -> None:
        """Check what is due, in one transaction under the fund's lock, and add it to ``run``."""
        fund, held_back = self.fund, []
        with transaction.atomic(), connection.cursor() as cursor:
            fund_lock(cursor, fund.pk)
            days = days_due(fund, self.as_of)
            beside = answers_beside(fund, days) if fund.is_plain else {}
            self.served = served_days(fund.pk, self.as_of)
            due = Snapshot.objects.filter(etf=fund, as_of_date__in=days).select_related("etf").order_by("as_of_date")
            for snapshot in due:
                told(f"{fund.instrument} {snapshot.as_of_date}")
                if self._composition(snapshot, beside.get(snapshot.as_of_date, [])):
                    held_back.append(
                        {"symbol": str(fund.instrument), "as_of_date": snapshot.as_of_date, "message": snapshot.message}
                    )
            findings_replace(fund.pk, self.found, CONTENT)
            Snapshot.objects.filter(etf=fund, as_of_date__in=days).update(validated_at=timezone.now())
            stale = self._stale()
        run.funds += 1
        run.compositions += len(days)
        run.findings += [row for day, found in self.found.items() for row in _told(fund, day, found)] + stale
        run.quarantined += held_back

    def _composition(self, snapshot: Snapshot, answers: Iterable[tuple[int, str]]) -> bool:
        """Judge one; whether it is in quarantine by that and was not before."""
        lines = self._lines(snapshot.as_of_date)
        judged = self._judged(snapshot, lines)
        if self.fund.is_plain:
            judged += self.others.verdicts(self.fund, snapshot, lines, answers)
        kept = one_of_each(judged, accepted_codes(snapshot))
        self.found[snapshot.as_of_date] = {code: _columns(one, lines) for code, one in kept.items()}
        severe = [one.message for one in kept.values() if one.quarantines]
        state = snapshot.state
        is_new = state_judge(snapshot, flags_of(snapshot, lines), severe)
        if snapshot.state != state:
            self.served = served_days(self.fund.pk, self.as_of)
        return is_new

    def _judged(self, snapshot: Snapshot, lines: StoredLines) -> list[Verdict]:
        """Of the composition by itself, and after the last served one before it."""
        fund, day = self.fund, snapshot.as_of_date
        what = Fund(special=not fund.is_plain, expected_lines=snapshot.expected_lines)
        alone = check_composition(lines.resolved(), what)
        # Lines that are none of our instruments can stand there twice, too.
        twice = check_composition(lines.told_apart(), Fund(special=True))
        found = [*twice, *(one for one in alone if one.code not in _DUPLICATES)]
        place = bisect_left(self.served, day, key=lambda one: one[0])
        before = self.served[place - 1] if place else None
        if before is not None and fund.is_plain:
            found += check_jump(self._lines(before[0]).held(), lines.held(), what)
        return verdicts(found, lines.resolved(), same_source=before is not None and before[1] == snapshot.source)

    def _lines(self, day: dt.date) -> StoredLines:
        if day not in self.read:
            self.read = {**dict([*self.read.items()][-1:]), day: stored_lines(self.fund.pk, day)}
        return self.read[day]

    def _stale(self) -> list[dict[str, Any]]:
        """Only the newest served composition can be stale."""
        fund = self.fund
        day = self.served[-1][0] if self.served else None
        HoldingFinding.objects.filter(etf=fund, code=STALE).exclude(as_of_date=day).delete()
        if day is None:
            return []
        old = sessions_between(fund.region, day, self.as_of)
        found = verdicts(check_composition(_NOTHING, Fund(special=True), sessions_old=old), _NOTHING)
        columns = {one.code: _columns(one, None) for one in found}
        findings_replace(fund.pk, {day: columns}, [STALE])
        return _told(fund, day, columns)


def _columns(one: Verdict, lines: StoredLines | None) -> dict[str, Any]:
    """A verdict as columns of HoldingFinding: numbers rounded, the first lines concerned by name."""
    evidence: dict[str, Any] = {
        name: round(value, 6) if isinstance(value, float) else value for name, value in one.numbers.items()
    }
    if lines is not None and one.rows:
        evidence["named"] = [lines.name[row] for row in one.rows[:NAMED]]
    if one.quarantines:
        evidence["quarantines"] = True
    return {"severity": Severity(one.severity.value), "message": one.message[:LONGEST], "evidence": evidence}


def _told(fund: ETF, day: dt.date, found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"symbol": str(fund.instrument), "as_of_date": day, "code": code, **row} for code, row in found.items()]
