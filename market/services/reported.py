"""Reported figures of one instrument, as they were known on a day: what factors are computed from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from market.calc.figures import Figure, Status
from market.calc.reports import Splits
from market.calc.snapshot import Snapshot
from market.models import Instrument
from market.store.panel_parts import ALWAYS, Stocks, day_of
from market.store.panels import snapshot_of
from market.store.reports_read import reports_of

FLOWS = (
    "revenue", "operating_income", "net_income", "ebitda", "operating_cash_flow", "capital_expenditure", "eps",
    "dividends_per_share",
)  # fmt: skip
BALANCES = (
    "total_assets", "total_equity", "total_debt", "cash", "current_assets", "current_liabilities",
    "book_value_per_share", "shares_outstanding", "free_float_shares",
)  # fmt: skip


@dataclass(frozen=True)
class Reported:
    """``figure``: trailing twelve months of a flow, the newest of a balance; ``before``: the same a year earlier.
    None where there is none, or where it is older than 550 days (``is_stale``). Per-share figures and counts of shares
    are those of today's shares.
    """

    name: str
    is_flow: bool
    figure: float | None
    before: float | None
    is_stale: bool

    @property
    def change(self) -> float | None:
        """From a year earlier, a fraction; None from what is not above 0."""
        if self.figure is None or self.before is None or self.before <= 0:
            return None
        return self.figure / self.before - 1.0


def reported_figures(*, instrument: Instrument, as_of: dt.date) -> list[Reported]:
    """Figures that are known or stale; empty where no report was public by ``as_of``. A line without reports of its own
    has those of another line of its company.
    """
    lines = _lines(instrument)
    reports = reports_of([line.pk for line in lines], as_of)
    day = day_of(as_of)
    place = next(i for i, line in enumerate(lines) if line.pk == instrument.pk)
    splits = reports.splits
    by_line = Splits(np.searchsorted([line.pk for line in lines], splits.column), splits.ex_day, splits.ratio)
    snapshot = snapshot_of(reports, by_line, _stocks(lines), day)
    return [one for one in _figures(snapshot, place) if one.figure is not None or one.is_stale]


def _figures(snapshot: Snapshot, place: int) -> list[Reported]:
    found = [
        _reported(name, snapshot.ttm(name), snapshot.ttm_year_ago(name), place, is_flow=True) for name in FLOWS
    ]  # fmt: skip
    return found + [
        _reported(name, snapshot.newest(name), snapshot.year_ago(name), place, is_flow=False) for name in BALANCES
    ]


def _reported(name: str, now: Figure, before: Figure, place: int, *, is_flow: bool) -> Reported:
    return Reported(
        name, is_flow, _known(now.values[place]), _known(before.values[place]), bool(now.status[place] == Status.STALE)
    )


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _lines(instrument: Instrument) -> list[Instrument]:
    """The instrument with the other lines of its company, by key."""
    if not instrument.company:
        return [instrument]
    return list(Instrument.objects.filter(region=instrument.region, company=instrument.company).order_by("pk"))


def _stocks(lines: Sequence[Instrument]) -> Stocks:
    count = len(lines)
    blank = np.full(count, "", dtype=object)
    return Stocks(
        ids=np.array([line.pk for line in lines], dtype=np.int32), columns=np.arange(count), tickers=blank,
        sectors=blank, company=np.zeros(count, dtype=np.int64),
        currency=np.array([line.currency for line in lines], dtype="S3"),
        listed_day=np.full(count, -ALWAYS, dtype=np.int32), delisted_day=np.full(count, ALWAYS, dtype=np.int32),
    )  # fmt: skip
