"""Is a composition a plausible successor of the one before, and do two sources of it agree?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from etfs.calc.changes import turnover
from etfs.calc.composition_checks import ROUNDING, Finding, Fund, Limits, Severity
from etfs.calc.snapshot import Snapshot
from etfs.calc.splits import detect_splits


def check_jump(before: Snapshot, after: Snapshot, fund: Fund, limits: Limits | None = None) -> list[Finding]:
    """Findings about ``after``, given the fund's previous good snapshot; none for special funds.

    half_the_lines: fewer than half of the previous lines are left. turnover: half the summed weight changes above 50 %.
    weight_jump: a weight that moved by more than 5 points beyond what its price did.
    """
    limits = limits or Limits()
    if fund.special:
        return []
    old, new = before.added(), after.added()
    keys = np.union1d(old.key, new.key)
    old, new = old.spread(keys, 0.0), new.spread(keys, 0.0)
    moved = new.weight - old.weight
    found = list(_halved(len(before.key), len(after.key), limits))
    if (percent := turnover(moved)) > limits.turnover:
        found.append(Finding("turnover", Severity.WARNING, {"percent": percent, "limit": limits.turnover}))
    unexplained = np.abs(np.nan_to_num(new.weight - _drifted(old, new)))
    far = (np.abs(np.nan_to_num(moved)) > limits.jump + ROUNDING) & (unexplained > limits.jump + ROUNDING)
    if far.any():
        rows = np.flatnonzero(np.isin(after.key, keys[far]))
        numbers = {"names": int(far.sum()), "largest": float(unexplained[far].max()), "limit": limits.jump}
        found.append(Finding("weight_jump", Severity.WARNING, numbers, tuple(rows.tolist())))
    return found


def _halved(before: int, after: int, limits: Limits) -> Iterator[Finding]:
    if after < limits.lines_left * before:
        yield Finding("half_the_lines", Severity.ERROR, {"lines": after, "before": before})


def _drifted(old: Snapshot, new: Snapshot) -> np.ndarray:
    """Weights [n] the old holdings would have by the new prices alone (value / shares, splits undone), summing to what
    they did; a line whose price is not known on both days keeps pace with nothing: its price is taken as unchanged.
    """
    priced = (old.value > 0) & (new.value > 0) & (old.shares > 0) & (new.shares > 0)
    growth = np.ones(len(old.key))
    ratio = detect_splits(old, new).of(new.key)
    price_now, price_then = new.value[priced] / new.shares[priced], old.value[priced] / old.shares[priced]
    growth[priced] = price_now * ratio[priced] / price_then
    weight = np.nan_to_num(old.weight)
    total = float(weight @ growth)
    return weight * growth * (weight.sum() / total) if total > 0 else weight


@dataclass(frozen=True)
class CrossCheck:
    """Two compositions of one fund and day. ``common`` keys [k] and the ``difference`` of their weights in points, left
    less right, NaN where either does not know it; the ``largest`` of them (0 with nothing in common); ``only_left``,
    ``only_right``: keys in one alone; ``agree``: neither any of these nor a difference above the limit.
    """

    common: np.ndarray
    difference: np.ndarray
    only_left: np.ndarray
    only_right: np.ndarray
    largest: float
    agree: bool


def cross_check(left: Snapshot, right: Snapshot, limits: Limits | None = None) -> CrossCheck:
    """Compare the compositions two sources give of the same fund and day, lines of one key added first."""
    a, b = left.added(), right.added()
    common = np.intersect1d(a.key, b.key)
    difference = a.spread(common, np.nan).weight - b.spread(common, np.nan).weight
    largest = float(np.max(np.abs(np.nan_to_num(difference)), initial=0.0))
    only_left, only_right = np.setdiff1d(a.key, common), np.setdiff1d(b.key, common)
    agree = not len(only_left) and not len(only_right) and largest <= (limits or Limits()).cross + ROUNDING
    return CrossCheck(common, difference, only_left, only_right, largest, agree)
