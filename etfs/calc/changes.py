"""What a fund did between two compositions."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from etfs.calc.snapshot import Snapshot
from etfs.calc.splits import Splits

ROUNDING = 1e-9  # of a share count: floats, not trades
PER_SPLIT = 1.0  # shares that a split may add or lose: fractions are paid in cash


class Change(StrEnum):
    """What became of a holding. BOUGHT and SOLD are said of share counts alone.

    Where the count of either day is not known, a weight that moved may be the market's doing: WEIGHT_UP or WEIGHT_DOWN,
    never BOUGHT. HELD: the same count, or, without counts, no move of the weight to be seen.
    """

    ADDED = "ADDED"
    DROPPED = "DROPPED"
    BOUGHT = "BOUGHT"
    SOLD = "SOLD"
    HELD = "HELD"
    WEIGHT_UP = "WEIGHT_UP"
    WEIGHT_DOWN = "WEIGHT_DOWN"


@dataclass(frozen=True)
class Changes:
    """One row per key of either day, ascending. ``status``: values of ``Change`` [n] as text.

    ``shares_before`` adjusted for the split; ``share_change``, ``weight_change`` (percent points), ``value_change``:
    after less before, where a day without the key counts as 0. NaN where a figure is not known.
    """

    key: np.ndarray
    status: np.ndarray
    shares_before: np.ndarray
    shares_after: np.ndarray
    share_change: np.ndarray
    weight_before: np.ndarray
    weight_after: np.ndarray
    weight_change: np.ndarray
    value_change: np.ndarray

    def rows(self, status: Change) -> np.ndarray:
        """Mask [n] of the rows with that status."""
        return np.asarray(self.status == status.value)


def compare(before: Snapshot, after: Snapshot, splits: Splits | None = None) -> Changes:
    """Changes from ``before`` to ``after``; lines of one key are added first.

    ``splits``: ratios between the two days (``detect_splits``); a count that differs by no more than a share from the
    one a split makes of it is HELD.
    """
    old, new = before.added(), after.added()
    keys = np.union1d(old.key, new.key)
    was, now = np.isin(keys, old.key), np.isin(keys, new.key)
    old, new = old.spread(keys, 0.0), new.spread(keys, 0.0)
    ratio = np.ones(len(keys)) if splits is None else splits.of(keys)
    expected = old.shares * ratio
    change = new.shares - expected
    same = np.abs(change) <= np.where(ratio == 1.0, ROUNDING * np.abs(expected), PER_SPLIT)
    return Changes(
        keys, _status(was, now, np.where(same, 0.0, change), new.weight - old.weight),
        expected, new.shares, change, old.weight, new.weight, new.weight - old.weight, new.value - old.value,
    )  # fmt: skip


def _status(was: np.ndarray, now: np.ndarray, shares: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Status [n] from presence on both days and the changes of share count and weight."""
    by_weight = np.isnan(shares)
    return np.select(
        [~was, ~now, shares > 0, shares < 0, by_weight & (weight > 0), by_weight & (weight < 0)],
        [Change.ADDED, Change.DROPPED, Change.BOUGHT, Change.SOLD, Change.WEIGHT_UP, Change.WEIGHT_DOWN],
        default=Change.HELD,
    )


def turnover(weight_change: np.ndarray) -> float:
    """Part of the fund that changed hands, percent: half the sum of absolute weight changes; NaN counts as 0."""
    return float(np.nansum(np.abs(weight_change)) / 2.0)
