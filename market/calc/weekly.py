"""Daily bars as weekly ones."""

from typing import NamedTuple

import numpy as np


class Bars(NamedTuple):
    """``days`` datetime64[D] [T], ascending; the others float [T], NaN where unknown."""

    days: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray


def weekly(bars: Bars) -> Bars:
    """One bar for each week (Monday to Sunday) that has any, under its last day: the first open, the highest high, the
    lowest low, the last close, the sum of volumes. What is unknown on all days of a week stays so.
    """
    if not len(bars.days):
        return bars
    week = (bars.days.astype("datetime64[D]").astype(np.int64) + 3) // 7  # 1970-01-01 was a Thursday
    first = np.flatnonzero(np.r_[True, week[1:] != week[:-1]])
    last = np.r_[first[1:], len(week)] - 1
    known = np.add.reduceat(np.isfinite(bars.volume).astype(np.int64), first)
    volume = np.add.reduceat(np.nan_to_num(bars.volume), first)
    return Bars(
        bars.days[last], bars.open[first], np.fmax.reduceat(bars.high, first), np.fmin.reduceat(bars.low, first),
        bars.close[last], np.where(known > 0, volume, np.nan),
    )  # fmt: skip
