"""The falls of a value series: each from its peak through its trough to the session that reaches the peak again."""

from typing import NamedTuple

import numpy as np

from market.calc.windows import ZERO


class Episodes(NamedTuple):
    """Falls in the order of time, rows of the value series. ``end`` is the first row at the peak again, or the last row
    of all where ``open`` says that it never came. ``depth`` is a fraction of the peak.
    """

    peak: np.ndarray  # int [k]
    end: np.ndarray  # int [k]
    open: np.ndarray  # bool [k]
    depth: np.ndarray  # float64 [k]

    @property
    def sessions(self) -> np.ndarray:
        """How long each lasted from peak to recovery, int [k]."""
        return self.end - self.peak


def fallen(values: np.ndarray) -> np.ndarray:
    """How far each of ``values`` [m] (positive first) is below the highest so far, a fraction in [0, 1].

    Up to 1e-12 is rounding and counts as 0.
    """
    below = 1.0 - values / np.maximum.accumulate(values)
    below[below <= ZERO] = 0.0
    return below


def episodes_of(below: np.ndarray) -> Episodes:
    """The falls in ``fallen(values)`` [m]. A peak held for several sessions counts from the last of them."""
    under = np.r_[False, below > 0, False]  # the first row is never under, so both edges are real
    first, after = np.flatnonzero(~under[:-1] & under[1:]), np.flatnonzero(under[:-1] & ~under[1:])
    if not len(first):
        return Episodes(first, after, first > 0, np.zeros(0))
    depth = np.maximum.reduceat(np.append(below, 0.0), np.column_stack([first, after]).ravel())[::2]
    return Episodes(first - 1, np.minimum(after, len(below) - 1), after == len(below), depth)


def deepest_first(episodes: Episodes) -> np.ndarray:
    """Their numbers, deepest first, int [k]; depths that differ by rounding (1e-12) are equal, the earlier is first."""
    if not len(episodes.depth):
        return np.zeros(0, dtype=np.intp)
    order = np.argsort(-episodes.depth)
    ranked = episodes.depth[order]
    step = np.r_[0, np.cumsum(ranked[:-1] - ranked[1:] > ZERO * ranked[:-1])]  # one number per group of equals
    result: np.ndarray = order[np.lexsort((order, step))]
    return result
