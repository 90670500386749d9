"""What a portfolio should hold: its targets, replaced as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from market.models import Instrument
from portfolio.calc.accounting import Problem
from portfolio.calc.rebalancing import CASH, NEAR, WHOLE
from portfolio.models import Portfolio, PortfolioAllocation
from portfolio.services.assets import assets_get
from portfolio.services.errors import PortfolioError
from portfolio.services.figures import decimal_of

PLACES = 6  # decimals of a percentage
LIMITS = ("target", "minimum", "maximum", "threshold")
FIELDS = ("asset", *LIMITS, "frequency", "is_active")


def allocations_set(*, portfolio: Portfolio, targets: Sequence[Mapping[str, Any]]) -> list[PortfolioAllocation]:
    """Put ``targets`` in the place of all that the portfolio has, in one transaction; none at all is allowed.

    Each has ``asset`` (REGION:TICKER; None or CASH for cash), ``target`` in percent, and perhaps ``minimum``,
    ``maximum`` (percent), ``threshold`` (percent points), ``frequency``, ``is_active``. PortfolioError tells every
    wrong row by field and reason (rows count from 1), or that the active targets do not sum to 100; nothing is stored
    then.
    """
    rows, instruments = _read(targets)
    with transaction.atomic():
        Portfolio.objects.select_for_update(no_key=True).get(pk=portfolio.pk)
        PortfolioAllocation.objects.filter(portfolio=portfolio).delete()
        return PortfolioAllocation.objects.bulk_create(
            PortfolioAllocation(portfolio=portfolio, instrument=instrument, **row)
            for instrument, row in zip(instruments, rows, strict=True)
        )


def allocations_check(*, targets: Sequence[Mapping[str, Any]]) -> None:
    """What ``allocations_set`` would refuse; nothing is stored."""
    _read(targets)


def targets_total(*, targets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What active targets that are still being written sum to, as far as they are numbers: ``sum``, what is ``left`` to
    100, and ``is_whole``: ``allocations_set`` takes the sum.
    """
    total = Decimal(0)
    for one in targets:
        try:
            total += decimal_of(one["target"]) if one["is_active"] else 0
        except ValueError:
            continue
    return {"sum": total, "left": Decimal(WHOLE) - total, "is_whole": _is_whole(total)}


def allocations_told(*, portfolio: Portfolio) -> list[dict[str, Any]]:
    """The targets as ``allocations_set`` takes them, inactive ones too, the greatest first."""
    rows = portfolio.allocations.select_related("instrument")
    return [
        {"asset": None if one.instrument is None else str(one.instrument)}
        | {name: None if getattr(one, name) is None else float(getattr(one, name)) for name in LIMITS}
        | {"frequency": one.frequency, "is_active": one.is_active}
        for one in rows
    ]


def _read(targets: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[Instrument | None]]:
    """Columns and asset of each."""
    reading = _Reading()
    rows = [reading.row(number, target) for number, target in enumerate(targets)]
    instruments = reading.instruments(targets)
    reading.refuse()
    _check_sum(rows)
    return rows, instruments


def _check_sum(rows: Sequence[Mapping[str, Any]]) -> None:
    active = [row["target"] for row in rows if row["is_active"]]
    total = sum(active, Decimal(0))
    if active and not _is_whole(total):
        raise PortfolioError(f"target: the targets sum to {total.normalize():f}, not 100 (cash counts)")


def _is_whole(total: Decimal) -> bool:
    return abs(total - Decimal(WHOLE)) <= Decimal(str(NEAR))


@dataclass
class _Reading:
    problems: list[Problem] = field(default_factory=list)

    def row(self, number: int, given: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of a row; what is wrong with it joins ``problems``."""
        for name in given:
            if name not in FIELDS:
                self._add(number, str(name), f"unknown field; known are {', '.join(FIELDS)}")
        row: dict[str, Any] = {name: self._percent(number, name, given.get(name)) for name in LIMITS}
        if given.get("target") is None:
            self._add(number, "target", "is missing")
        if "asset" not in given:
            self._add(number, "asset", "is missing; null is cash")
        self._check_range(number, row)
        frequency = given.get("frequency") or PortfolioAllocation.Frequency.NONE
        if frequency not in PortfolioAllocation.Frequency.values:
            known = ", ".join(PortfolioAllocation.Frequency.values)
            self._add(number, "frequency", f"{frequency!r} is unknown; known are {known}")
        active = given.get("is_active", True)
        if not isinstance(active, bool):
            self._add(number, "is_active", f"{active!r} is neither true nor false")
        return row | {"frequency": frequency, "is_active": active}

    def instruments(self, targets: Sequence[Mapping[str, Any]]) -> list[Instrument | None]:
        """The asset of each row, None for cash."""
        symbols = [_symbol(target.get("asset")) for target in targets]
        known = assets_get(symbols=[symbol for symbol in symbols if symbol is not None])
        found: list[Instrument | None] = []
        for number, symbol in enumerate(symbols):
            asset = None if symbol is None else known[symbol]
            if isinstance(asset, str):
                self._add(number, "asset", asset)
            found.append(asset if isinstance(asset, Instrument) else None)
        seen: dict[Instrument | None, int] = {}
        for number, (symbol, instrument) in enumerate(zip(symbols, found, strict=True)):
            if symbol is not None and instrument is None:
                continue  # told already
            if instrument in seen:
                what = "cash" if instrument is None else instrument
                self._add(number, "asset", f"{what} has a target in row {seen[instrument] + 1} already")
            seen.setdefault(instrument, number)
        return found

    def refuse(self) -> None:
        if self.problems:
            problems = [one._replace(row=one.row + 1) for one in sorted(self.problems)]
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            first = problems[0]
            raise PortfolioError(f"{first.field}: row {first.row}: {first.reason}{more}", problems)

    def _percent(self, number: int, name: str, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            figure = decimal_of(value)
        except ValueError as error:
            self._add(number, name, str(error))
            return None
        if not 0 <= figure <= 100:
            self._add(number, name, f"must be from 0 to 100 percent, not {value}")
        elif figure != round(figure, PLACES):
            self._add(number, name, f"{value} has more than {PLACES} decimals")
        return figure

    def _check_range(self, number: int, row: Mapping[str, Decimal | None]) -> None:
        target, minimum, maximum = row["target"], row["minimum"], row["maximum"]
        if target is None:
            return
        if minimum is not None and minimum > target:
            self._add(number, "minimum", f"{minimum} is above the target {target}")
        if maximum is not None and maximum < target:
            self._add(number, "maximum", f"{maximum} is below the target {target}")

    def _add(self, row: int, field: str, reason: str) -> None:
        self.problems.append(Problem(row, field, reason))


def _symbol(asset: Any) -> str | None:
    return None if asset is None or asset == CASH else str(asset).strip()
