"""Returns by calendar month and year."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from portfolio.calc.statistics.track import Track


@dataclass(frozen=True)
class PeriodReturns:
    """One return per month or year that has a session, ascending. ``period`` datetime64[M] or [Y] [k]; ``percent``
    float64 [k] from the last value before the period (for the first: from V_0) to its last value, so that together they
    compound to the total return; NaN after a total loss. The first and the last may be parts of a period.
    """

    period: np.ndarray
    percent: np.ndarray


def monthly_returns(track: Track) -> PeriodReturns:
    """By month; a month without a session has no row, and its neighbour's return spans it."""
    return _returns(track, "M")


def yearly_returns(track: Track) -> PeriodReturns:
    """By year."""
    return _returns(track, "Y")


def _returns(track: Track, unit: Literal["M", "Y"]) -> PeriodReturns:
    label = track.dates[1:].astype(f"datetime64[{unit}]")
    if not len(label):
        return PeriodReturns(label, np.zeros(0))
    last = np.r_[np.flatnonzero(label[1:] != label[:-1]), len(label) - 1] + 1  # rows of the values
    before, after = track.values[np.r_[0, last[:-1]]], track.values[last]
    kept = np.divide(after, before, out=np.full(len(last), np.nan), where=before > 0)
    return PeriodReturns(label[last - 1], 100.0 * (kept - 1.0))


@dataclass(frozen=True)
class ReturnTable:
    """A row per year, ascending and without gaps: ``years`` int [y], ``months`` percent float64 [y, 12] (NaN where a
    month has no session), ``totals`` percent float64 [y].
    """

    years: np.ndarray
    months: np.ndarray
    totals: np.ndarray


def return_table(track: Track) -> ReturnTable:
    """Months beside each other, years below each other, as reports print them."""
    monthly, yearly = monthly_returns(track), yearly_returns(track)
    month = monthly.period.astype(int)  # months since January 1970
    first = int(month[0]) // 12 if len(month) else 0
    rows = int(month[-1]) // 12 - first + 1 if len(month) else 0
    months, totals = np.full((rows, 12), np.nan), np.full(rows, np.nan)
    months[month // 12 - first, month % 12] = monthly.percent
    totals[yearly.period.astype(int) - first] = yearly.percent
    return ReturnTable(1970 + first + np.arange(rows), months, totals)
