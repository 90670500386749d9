"""Correlations of many assets at once: Pearson with the number of common returns and the two-sided p-value.

A return spans two dates, an asset's close and its close before; two assets have a return in common when both dates are
the same. So days on which one of them does not trade cost that pair a return or two, and other assets change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from scipy.special import betainc

from market.calc.full_windows import window_corr
from market.calc.months import months_before
from market.calc.windows import ZERO
from portfolio.calc.windows import MONTHS, ROLLING, WINDOWS

ENOUGH = 20  # common returns; with fewer there is no correlation


@dataclass(frozen=True)
class Correlations:
    """Of N assets, each [N, N] and symmetric. ``coefficient`` float64 in [-1, 1], 1 on the diagonal; ``count`` int64,
    common returns; ``p_value`` float64: how often two unrelated normal series correlate at least as much. Coefficient
    and p-value are NaN with fewer than 20 common returns or where one of the two does not scatter over them.
    """

    coefficient: np.ndarray
    count: np.ndarray
    p_value: np.ndarray


@dataclass(frozen=True)
class Returns:
    """``values`` float64 [S, N], a row per span between two dates, NaN where an asset has none; ``ends`` int64 [S]:
    the row of the dates a span ends on, ascending.
    """

    values: np.ndarray
    ends: np.ndarray


def spanned_returns(closes: np.ndarray) -> Returns:
    """Returns between each asset's consecutive closes [T, N], adjusted, NaN on dates without one; a row per span."""
    column, row = np.nonzero(~np.isnan(closes.T))
    follows = column[1:] == column[:-1]
    column, end, start = column[1:][follows], row[1:][follows], row[:-1][follows]
    spans, place = np.unique(end * len(closes) + start, return_inverse=True)
    values = np.full((len(spans), closes.shape[1]), np.nan)
    values[place, column] = closes[end, column] / closes[start, column] - 1.0
    return Returns(values, spans // max(len(closes), 1))


def correlations(returns: np.ndarray) -> Correlations:
    """Every pair of columns of ``returns`` [S, N] over the rows in which both have one (NaN: none).

    What does not scatter by more than rounding, 1e-12 over all rows or a millionth of its distance from its own
    median over a pair's, has no correlation. ValueError for an infinite return.
    """
    if np.isinf(returns).any():
        raise ValueError("a return is infinite")
    known = (~np.isnan(returns)).astype(np.float64)
    scaled = _standardised(returns, known)
    count = known.T @ known
    total = scaled.T @ known  # [i, j]: of i over the rows it has in common with j
    squares = (scaled * scaled).T @ known
    n = np.maximum(count, 1.0)
    spread = squares - total * total / n
    spread = np.where(spread > ZERO * squares, spread, 0.0)
    product = scaled.T @ scaled - total * total.T / n
    scale = np.sqrt(spread * spread.T)
    valid = (count >= ENOUGH) & (scale > 0)
    found = np.divide(product, scale, out=np.full(scale.shape, np.nan), where=valid)
    found = np.clip((found + found.T) / 2, -1.0, 1.0)
    np.fill_diagonal(found, np.where(np.diag(valid), 1.0, np.nan))
    return Correlations(found, count.astype(np.int64), _p_values(found, count))


@dataclass(frozen=True)
class Exchanges:
    """``of`` int [N]: on which of E exchanges each asset trades; ``is_open`` bool [T, E]: whether it does on a date."""

    of: np.ndarray
    is_open: np.ndarray


def window_correlations(
    closes: np.ndarray, dates: np.ndarray, exchanges: Exchanges | None = None, windows: Sequence[str] = WINDOWS
) -> dict[str, Correlations]:
    """``Correlations`` of ``closes`` [T, N] by name of ``windows``, up to the last of ``dates``, datetime64[D] [T]
    ascending.

    Calendar months ``1m`` to ``3y``: returns that end after the day so many months before the last date. ``20d`` and
    ``60d``: those that end on or after the 20th or 60th last date on which the exchanges of both are open (None: all of
    them, always). The first close before a window belongs to its first return.
    """
    returns = spanned_returns(closes)
    days = dates.astype("datetime64[D]").astype(np.int64)
    places = exchanges or Exchanges(np.zeros(closes.shape[1], int), np.ones((len(days), 1), bool))

    def over(name: str) -> Correlations:
        if name in ROLLING:
            return _of_last_dates(returns, places, ROLLING[name])
        first = np.searchsorted(days, months_before(days[-1], MONTHS[name]), side="right")
        return correlations(returns.values[returns.ends >= first])

    return {name: over(name) for name in windows}


def _of_last_dates(returns: Returns, exchanges: Exchanges, count: int) -> Correlations:
    """Every two exchanges by themselves: what other assets are asked along must not move a pair's window."""
    n = returns.values.shape[1]
    found = Correlations(np.full((n, n), np.nan), np.zeros((n, n), np.int64), np.full((n, n), np.nan))
    places = np.unique(exchanges.of).tolist()
    for one, other in combinations_with_replacement(places, 2):
        days = np.flatnonzero(exchanges.is_open[:, one] & exchanges.is_open[:, other])[-count:]
        ours = np.flatnonzero(np.isin(exchanges.of, (one, other)))
        part = correlations(returns.values[returns.ends >= days.min(initial=len(exchanges.is_open))][:, ours])
        between = one == other or np.not_equal.outer(exchanges.of[ours], exchanges.of[ours])
        for whole, block in zip(vars(found).values(), vars(part).values(), strict=True):
            whole[np.ix_(ours, ours)] = np.where(between, block, whole[np.ix_(ours, ours)])
    return found


def rolling_correlation(first: np.ndarray, second: np.ndarray, window: int) -> np.ndarray:
    """Pearson correlation of the last ``window`` returns that two assets [S] have in common, at each of those; float64
    [S]. NaN elsewhere, before there are so many, and where one of the two does not scatter. ValueError below 2.
    """
    if window < 2:
        raise ValueError(f"a window of {window} has no correlation; at least 2 returns")
    common = ~(np.isnan(first) | np.isnan(second))
    found = np.full(len(first), np.nan)
    found[common] = window_corr(first[common][:, None], second[common][:, None], window)[:, 0]
    return found


def _standardised(returns: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Each column less its median by its standard deviation, so that sums of squares lose no precision, whatever jumps
    once; 0 where there is none and in columns that do not scatter."""
    count = known.sum(axis=0)
    filled = np.where(known > 0, returns, 0.0)
    mean = filled.sum(axis=0) / np.maximum(count, 1.0)
    squares = (np.where(known > 0, filled - mean, 0.0) ** 2).sum(axis=0)
    std = np.sqrt(squares / np.maximum(count, 1.0))
    scatters = std > ZERO * np.maximum(1.0, np.abs(mean))
    distance = np.where((known > 0) & scatters, filled - _medians(returns, count), 0.0)
    return distance / np.where(scatters, std, 1.0)


def _medians(returns: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The number in the middle of each column, NaN left out; NaN for an empty one."""
    if not len(returns):
        return np.full(returns.shape[1], np.nan)
    ordered = np.sort(returns, axis=0)  # NaN last
    middle = np.maximum(count.astype(np.int64) - 1, 0) // 2
    return np.take_along_axis(ordered, middle[None, :], axis=0)[0]


def _p_values(coefficient: np.ndarray, count: np.ndarray) -> np.ndarray:
    """2 x the probability, under no correlation, of a coefficient beyond |r|: r then has a Beta(n/2 - 1, n/2 - 1)
    distribution stretched over [-1, 1] (the t-test with n - 2 degrees of freedom)."""
    upper = np.triu_indices(len(coefficient))
    half = np.maximum(count[upper] / 2 - 1, 1.0)
    found = np.empty_like(coefficient)
    found[upper] = 2.0 * betainc(half, half, (1.0 - np.abs(coefficient[upper])) / 2)
    found.T[upper] = found[upper]
    return found
