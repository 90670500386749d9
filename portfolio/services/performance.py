"""How a portfolio did: returns time-weighted and money-weighted, side by side, by period, and as statistics."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from market.calc.months import months_before
from market.models import Instrument
from portfolio.calc.accounting import money_weighted_of
from portfolio.calc.common import common_track
from portfolio.calc.statistics import (
    Drawdown,
    MoneyWeighted,
    Track,
    all_statistics,
    deepest_drawdowns,
    monthly_returns,
    statistics_of,
    yearly_returns,
)
from portfolio.models import Portfolio, PortfolioBenchmark
from portfolio.services.record import Record, record_of
from portfolio.services.trails import figure

PERIODS = {"1m": 1, "3m": 3, "6m": 6, "1y": 12, "3y": 36, "5y": 60, "10y": 120}  # months
A_YEAR = 365  # days: a shorter record is not annualised to be compared


@dataclass(frozen=True)
class Performance:
    """A record beside its primary benchmark (None: it has none)."""

    record: Record
    benchmark: Instrument | None

    @cached_property
    def track(self) -> Track:
        return self.record.track(self.benchmark)

    @cached_property
    def compared(self) -> Track | None:
        """Beside the benchmark, on the sessions that both have (``common_track``); None without two of them."""
        return common_track(self.track)

    @property
    def twr(self) -> float | None:
        """Time-weighted, percent, of one session, too; None where no return leads through."""
        return figure(100.0 * (self.record.index[-1] - 1.0))

    @property
    def gain(self) -> float:
        """What the period brought, in the base currency: all that was not paid in or out."""
        worth = self.record.worth
        return float(worth.value[-1] - worth.opening - worth.inflow.sum() + worth.outflow.sum())

    @cached_property
    def money_weighted(self) -> MoneyWeighted:
        return money_weighted_of(self.record.worth)

    @cached_property
    def statistics(self) -> dict[str, float | None]:
        """Every registered statistic; those that need a benchmark are of the common sessions, as in ``benchmarks/``."""
        alone = [one.name for one in all_statistics() if not one.needs_benchmark]
        beside = [one.name for one in all_statistics() if one.needs_benchmark]
        found = statistics_of(self.track, alone)
        found |= dict.fromkeys(beside) if self.compared is None else statistics_of(self.compared, beside)
        return dict(sorted(found.items()))


def performance_of(*, portfolio: Portfolio, start: dt.date | None = None, end: dt.date | None = None) -> Performance:
    """Of the sessions from ``start`` to ``end``. PortfolioError where there is none."""
    return Performance(record_of(portfolio=portfolio, start=start, end=end), primary_benchmark(portfolio))


def primary_benchmark(portfolio: Portfolio) -> Instrument | None:
    """The instrument, None where no benchmark is the primary one."""
    row = PortfolioBenchmark.objects.filter(portfolio=portfolio, is_primary=True).select_related("instrument").first()
    return row.instrument if row else None


def performance_report(
    *, portfolio: Portfolio, start: dt.date | None = None, end: dt.date | None = None
) -> dict[str, Any]:
    """Returns of the whole period and by month and year, statistics, deepest drawdowns; percent. Money-weighted beside
    time-weighted: they differ where money came or went before good or bad sessions. PortfolioError for a period
    without a session, or one that no return leads through.
    """
    return report_of(performance_of(portfolio=portfolio, start=start, end=end))


def report_of(found: Performance) -> dict[str, Any]:
    """The same of a record that is read."""
    record, worth = found.record, found.record.worth
    return {
        "from": record.dates[0].item(), "to": record.dates[-1].item(), "currency": record.portfolio.base_currency,
        "sessions": len(record.dates), "opening": record.opening, "value": float(record.daily.value[-1]),
        "inflow": float(worth.inflow.sum()), "outflow": float(worth.outflow.sum()),
        "gain": found.gain, **returns_of(found), "benchmark": str(found.benchmark) if found.benchmark else None,
        "statistics": found.statistics, "monthly": _periods(monthly_returns(found.track)),
        "yearly": _periods(yearly_returns(found.track)),
        "drawdowns": [_drawdown(one) for one in deepest_drawdowns(found.track)],
    }  # fmt: skip


def returns_of(found: Performance) -> dict[str, Any]:
    """``twr`` and ``mwr`` of the whole period, and a year's of both where it is at least a year; percent."""
    mwr = found.money_weighted
    return {
        "twr": found.twr, "mwr": mwr.whole,
        "twr_annual": found.statistics["annualized_return"] if found.track.days >= A_YEAR else None,
        "mwr_annual": mwr.annual if mwr.days >= A_YEAR else None,
    }  # fmt: skip


def period_returns(record: Record) -> dict[str, float | None]:
    """Time-weighted, percent: of the last session, since the month and the year began, and of the last months (from the
    last session on or before the same day so many months earlier); None where the record does not reach so far back.
    """
    return {row["period"]: row["return"] for row in period_rows(record)}


def period_rows(record: Record) -> list[dict[str, Any]]:
    """``period_returns`` with the session ``since`` which each is, and the index then (``before``) and now."""
    index, dates = record.index, np.r_[record.before, record.dates]
    last = dates[-1]
    marks = {"1d": dates[-2], "mtd": _eve(last, "M"), "ytd": _eve(last, "Y")}
    day = last.astype("datetime64[D]").astype(np.int64)
    marks |= {name: months_before(day, months).astype("datetime64[D]") for name, months in PERIODS.items()}
    rows = []
    for name, mark in marks.items():
        place = int(np.searchsorted(dates, mark, side="right")) - 1
        known = place >= 0 and index[place] > 0
        rows.append({
            "period": name, "since": dates[place].item() if known else None,
            "before": figure(index[place]) if known else None, "index": figure(index[-1]),
            "return": figure(100.0 * (index[-1] / index[place] - 1.0)) if known else None,
        })  # fmt: skip
    return rows


def _eve(day: np.datetime64, unit: str) -> np.datetime64:
    """The day before the month or the year began."""
    return np.datetime64(np.datetime64(day, unit), "D") - np.timedelta64(1, "D")  # type: ignore[call-overload]


def _drawdown(fall: Drawdown) -> dict[str, Any]:
    recovery = None if fall.recovery is None else fall.recovery.item()
    return vars(fall) | {"start": fall.start.item(), "trough": fall.trough.item(), "recovery": recovery}


def _periods(returns: Any) -> list[dict[str, Any]]:
    return [
        {"period": str(period), "return": figure(percent)}
        for period, percent in zip(returns.period, returns.percent, strict=True)
    ]
