"""Names sorted into quantiles by score, session by session, and what each quantile earned."""

import numpy as np

from factors.calc.analysis.ranks import Ranked, correlate_rows, rank_rows


def quantile_rows(score: np.ndarray, count: int, ranked: Ranked | None = None) -> np.ndarray:
    """Quantile 1 (lowest) to ``count`` of every name within its session; int8 [T, N], 0 where there is none.

    The edges are those of ``pandas.qcut``, bit for bit (NumPy's linear quantiles); a score on an edge belongs to the
    lower quantile. As there, a session whose edges are not distinct (too many equal scores) has no quantiles.
    ``ranked``: ``rank_rows(score)`` where the caller has it.
    """
    by_score = rank_rows(score) if ranked is None else ranked
    if not score.size:
        return np.zeros(score.shape, dtype=np.int8)
    edges = _edges(by_score.in_order, by_score.count, count)
    found = (by_score.ranks > 0).astype(np.int8)
    for k in range(1, count):
        found += score > edges[:, k, None]  # NaN is above nothing
    found[~((edges[:, 1:] > edges[:, :-1]).all(axis=1) & (by_score.count > 0))] = 0
    return found


def _edges(in_order: np.ndarray, filled: np.ndarray, count: int) -> np.ndarray:
    """Quantile edges [T, count + 1] of sorted rows, of which the first ``filled`` [T] are figures.

    Every step repeats what qcut (of pandas 3) and numpy.quantile do, because scores may lie exactly on an edge.
    """
    share = np.linspace(0.0, 1.0, count + 1)
    inexact = count * share != np.arange(count + 1)
    share[inexact] = np.nextafter(share[inexact], 1.0)
    last = np.maximum(filled[:, None] - 1, 0)
    place = last * share
    below = np.floor(place).astype(np.int64)
    low, high = (np.take_along_axis(in_order, at, axis=1) for at in (below, np.minimum(below + 1, last)))
    weight = place - below
    gap = np.subtract(high, low, where=np.isfinite(high), out=np.zeros_like(low))
    result: np.ndarray = np.where(weight >= 0.5, high - gap * (1.0 - weight), low + gap * weight)
    return result


def quantile_returns(quantile: np.ndarray, returns: np.ndarray, count: int) -> np.ndarray:
    """Mean return of each quantile and session; float64 [T, count].

    ``quantile`` [T, N] from ``quantile_rows``, ``returns`` [T, N]; a quantile without a name with a return has NaN.
    """
    known = np.isfinite(returns)
    # One cell per session and quantile; cell 0 of a session takes the names that do not count.
    cell = np.arange(0, len(quantile) * (count + 1), count + 1)[:, None] + quantile * known
    size = len(quantile) * (count + 1)
    names = np.bincount(cell.reshape(-1), minlength=size).reshape(-1, count + 1)[:, 1:]
    earned = np.bincount(cell.reshape(-1), weights=np.where(known, returns, 0.0).reshape(-1), minlength=size)
    total = earned.reshape(-1, count + 1)[:, 1:]
    return np.where(names > 0, total / np.maximum(names, 1), np.nan)


def quantile_sizes(quantile: np.ndarray, count: int) -> np.ndarray:
    """Names in each quantile; int [T, count]."""
    return np.stack([(quantile == k).sum(axis=1) for k in range(1, count + 1)], axis=1)


def growth(returns: np.ndarray) -> np.ndarray:
    """What 1 became, session by session [T, ...], of returns over one session each; unknown ones leave it as it is."""
    result: np.ndarray = np.cumprod(1.0 + np.where(np.isfinite(returns), returns, 0.0), axis=0)
    return result


def monotonicity(means: np.ndarray) -> float | None:
    """Spearman correlation of the quantile's number with its mean return [Q]: 1 when every step up pays more.

    None with fewer than three quantiles known, or when all are equal.
    """
    known = means[np.isfinite(means)]
    numbers = np.arange(1.0, len(known) + 1.0)
    found = float(correlate_rows(numbers[None, :], rank_rows(known[None, :]).ranks)[0])
    return None if np.isnan(found) else found
