"""Trailing twelve months and discrete quarters, for every instrument and period end at once.

All arrays are [N, K] by slot (slot 0 = newest period end, see ``reports.ReportGrid``). A pointer array holds
for each slot the slot it refers to, K where there is none.
"""

from dataclasses import dataclass

import numpy as np

QUARTER_GAP = (75, 125)
HALF_GAP = (150, 215)
YEAR_GAP = (350, 380)
STALE_AFTER = 550


def pointer(ends: np.ndarray, exists: np.ndarray, gap: tuple[int, int]) -> np.ndarray:
    """For each slot the earlier slot that ``exists`` and ends ``gap`` days before (the middle of the gap wins).
    int [N, K].
    """
    n, width = ends.shape
    best = np.full((n, width), width, dtype=np.int64)
    distance = np.full((n, width), np.inf)
    middle = (gap[0] + gap[1]) / 2
    for step in range(1, width):
        days = ends[:, :-step] - ends[:, step:]
        if (days > gap[1]).all():  # ends fall with the slot, so no later step can be nearer
            break
        inside = (days >= gap[0]) & (days <= gap[1])
        if not inside.any():
            continue
        off = np.abs(days - middle)
        better = exists[:, step:] & inside & (off < distance[:, :-step])
        np.copyto(best[:, :-step], np.arange(step, width), where=better)
        np.copyto(distance[:, :-step], off, where=better)
    return best


def follow(values: np.ndarray, to: np.ndarray) -> np.ndarray:
    """``values`` at the slots ``to`` points at; NaN where it points nowhere."""
    padded = np.concatenate([values, np.full((len(values), 1), np.nan)], axis=1)
    return np.take_along_axis(padded, to, axis=1)


@dataclass(frozen=True)
class Flow:
    """One flow as reported: float [N, K] by kind of period, NaN where there is no figure."""

    ends: np.ndarray
    quarter: np.ndarray
    first_half: np.ndarray
    second_half: np.ndarray
    year: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """bool [N, K]: any figure of any kind."""
        return ~(np.isnan(self.quarter) & np.isnan(self.year) & np.isnan(self.first_half) & np.isnan(self.second_half))


def discrete_quarters(flow: Flow) -> np.ndarray:
    """Quarters as reported, a missing fourth one being FY - (Q1 + Q2 + Q3). float [N, K]."""
    before = pointer(flow.ends, ~np.isnan(flow.quarter), QUARTER_GAP)
    one = follow(flow.quarter, before)
    two = follow(one, before)
    three = follow(two, before)
    return np.where(np.isnan(flow.quarter), flow.year - (one + two + three), flow.quarter)


def trailing_year(flow: Flow) -> np.ndarray:
    """The trailing twelve months ending at each slot, by rules (a) to (d) of FORMULAS.md section 2. float [N, K]."""
    quarters = discrete_quarters(flow)
    result = _rolled(flow.ends, flow.year, quarters, QUARTER_GAP, steps=3)
    result = _first(result, _summed(flow.ends, quarters, QUARTER_GAP, count=4))
    if not (np.isnan(flow.first_half).all() and np.isnan(flow.second_half).all()):
        halves = _discrete_halves(flow)
        result = _first(result, _rolled(flow.ends, flow.year, halves, HALF_GAP, steps=1))
        result = _first(result, _summed(flow.ends, halves, HALF_GAP, count=2))
    return result


def _first(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(a), b, a)


def _discrete_halves(flow: Flow) -> np.ndarray:
    reported = _first(flow.first_half, flow.second_half)
    before = pointer(flow.ends, ~np.isnan(flow.first_half), HALF_GAP)
    return _first(reported, flow.year - follow(flow.first_half, before))


def _rolled(ends: np.ndarray, year: np.ndarray, parts: np.ndarray, gap: tuple[int, int], steps: int) -> np.ndarray:
    """Rules (a) and (b): the year, or the last year plus the parts since minus the same parts a year before."""
    change = parts - follow(parts, pointer(ends, ~np.isnan(parts), YEAR_GAP))
    before = pointer(ends, ~(np.isnan(year) & np.isnan(parts)), gap)
    result = year
    for _ in range(steps):
        result = np.where(np.isnan(year), change + follow(result, before), year)
    return result


def _summed(ends: np.ndarray, parts: np.ndarray, gap: tuple[int, int], count: int) -> np.ndarray:
    """Rule (c): the sum of the ``count`` most recent parts without a gap between them."""
    before = pointer(ends, ~np.isnan(parts), gap)
    total, earlier = parts, parts
    for _ in range(count - 1):
        earlier = follow(earlier, before)
        total = total + earlier
    return total
