"""How much the order of the names changes: what it costs to follow a factor."""

import numpy as np

from factors.calc.analysis.ranks import correlate_rows


def turnover(member: np.ndarray, window: int) -> np.ndarray:
    """Share of the names in a quantile that were not in it ``window`` sessions before; float64 [T], 0 to 1.

    ``member`` bool [T, N], one row per session of the exchange. NaN where either session has no names in it.
    """
    found = np.full(len(member), np.nan)
    now, before = member[window:], member[:-window]
    count = now.sum(axis=1)
    both = (count > 0) & before.any(axis=1)
    new = (now & ~before).sum(axis=1)
    found[window:][both] = new[both] / count[both]
    return found


def rank_autocorrelation(ranks: np.ndarray, window: int) -> np.ndarray:
    """Correlation of each session's ranks [T, N] (0: none) with those ``window`` sessions before; float64 [T].

    Ranks are those of the whole session; the correlation is over the names that both have (as alphalens has it). NaN
    with fewer than three of them.
    """
    found = np.full(len(ranks), np.nan)
    if len(ranks) > window:
        known = np.where(ranks > 0, ranks, np.nan)
        found[window:] = correlate_rows(known[window:], known[:-window])
    return found
