"""Statistics of the last year, session by session, as daily snapshots keep them."""

from typing import NamedTuple

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.statistics.moments import ANNUAL, SESSIONS_A_YEAR

WINDOW, LEAST = 252, 20  # returns looked back on, and how many are needed
_BLOCK = 1_024  # sessions at a time: a window of each is laid out beside the other


class Trailing(NamedTuple):
    """Float64 [T] each, NaN where fewer than 20 returns are known or a denominator is zero: percent a year, ratio,
    percent of a session, ratio, percent a year.
    """

    volatility: np.ndarray
    sharpe_ratio: np.ndarray
    var_95: np.ndarray
    beta: np.ndarray
    alpha: np.ndarray


def trailing(returns: np.ndarray, benchmark: np.ndarray, *, risk_free: float, first: int = 0) -> Trailing:
    """Of the last 252 sessions up to each from ``first`` on. ``returns`` and ``benchmark`` float64 [n], fractions, NaN
    where there is none; ``risk_free`` a year's rate, a fraction. T = n - first. FORMULAS.md section 4.
    """
    session_rate = (1.0 + risk_free) ** (1.0 / SESSIONS_A_YEAR) - 1.0
    both = np.isfinite(returns) & np.isfinite(benchmark)
    own, others = (_windows(np.where(both, series, np.nan), first) for series in (returns, benchmark))
    parts = []
    for start in range(0, len(returns) - first, _BLOCK):
        rows = slice(start, start + _BLOCK)
        parts.append((
            *_alone(_windows(returns, first)[rows], session_rate), *_beside(own[rows], others[rows])
        ))  # fmt: skip
    columns = zip(*parts, strict=True) if parts else ([np.zeros(0)] for _ in Trailing._fields)
    return Trailing(*(np.concatenate(column) for column in columns))


def _windows(series: np.ndarray, first: int) -> np.ndarray:
    """[T, 252], NaN before the first."""
    padded = np.r_[np.full(WINDOW, np.nan), series]
    return np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[first + 1 :]


def _alone(windows: np.ndarray, session_rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = np.isfinite(windows).sum(axis=1)
    enough = count >= LEAST
    mean, centred = _centred(windows, count)
    std = np.sqrt((centred**2).sum(axis=1) / np.maximum(count - 1, 1))
    scattered = enough & (std > ZERO * np.maximum(1.0, np.abs(mean)))
    sharpe = np.divide((mean - session_rate) * ANNUAL, std, out=np.full(len(std), np.nan), where=scattered)
    var = np.full(len(std), np.nan)
    var[enough] = -100.0 * _quantile(windows[enough], count[enough], 0.05)
    return np.where(enough, 100.0 * std * ANNUAL, np.nan), sharpe, var


def _beside(own: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = np.isfinite(own).sum(axis=1)
    (mean, centred), (mean_other, centred_other) = _centred(own, count), _centred(others, count)
    variance = (centred_other**2).sum(axis=1)
    scattered = (count >= LEAST) & (np.sqrt(variance / np.maximum(count - 1, 1)) > ZERO)
    product = (centred * centred_other).sum(axis=1)
    beta = np.divide(product, variance, out=np.full(len(count), np.nan), where=scattered)
    return beta, 100.0 * (mean - beta * mean_other) * SESSIONS_A_YEAR


def _centred(windows: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means [T] and distances from them [T, 252], 0 where a window has none."""
    known = np.isfinite(windows)
    mean = np.where(known, windows, 0.0).sum(axis=1) / np.maximum(count, 1)
    return mean, np.where(known, windows - mean[:, None], 0.0)


def _quantile(windows: np.ndarray, count: np.ndarray, share: float) -> np.ndarray:
    """Linear interpolation between the figures of each window that are known."""
    ascending = np.sort(windows, axis=1)  # NaN last
    place = share * (count - 1)
    low = np.floor(place).astype(np.int64)
    rows = np.arange(len(windows))
    below, above = ascending[rows, low], ascending[rows, np.minimum(low + 1, count - 1)]
    return np.asarray(below + (place - low) * (above - below))
