"""From a figure per session to its mean, and how sure that is."""

from dataclasses import dataclass

import numpy as np

from market.calc.windows import ZERO

SESSIONS_A_YEAR = 252
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Mean:
    """The mean of a series of sessions. None where it is not defined.

    ``standard_error`` and ``t`` take the sessions as independent. ``newey_west_error`` and ``t_newey_west`` allow for
    the overlap of returns over several sessions, with ``lags`` lags. ``information_ratio`` = mean / std x
    sqrt(252 / horizon). ``positive``: share of sessions above zero. ``count``: sessions that have the figure.
    """

    count: int
    mean: float | None
    std: float | None
    standard_error: float | None
    t: float | None
    newey_west_error: float | None
    t_newey_west: float | None
    lags: int
    information_ratio: float | None
    positive: float | None


def mean_of(series: np.ndarray, horizon: int) -> Mean:
    """Statistics of ``series`` [T], one figure per session about returns over ``horizon`` sessions; NaN is left out.

    std has ddof 1. A standard deviation of zero (<= 1e-12) gives no t and no ratio.
    """
    known = series[np.isfinite(series)]
    n = len(known)
    if n == 0:
        return Mean(0, None, None, None, None, None, None, 0, None, None)
    mean, positive = float(known.mean()), float((known > 0).mean())
    if n == 1:
        return Mean(1, mean, None, None, None, None, None, 0, None, positive)
    std = float(known.std(ddof=1))
    if std <= ZERO * max(1.0, abs(mean)):
        return Mean(n, mean, std, None, None, None, None, 0, None, positive)
    lags = lags_for(n, horizon)
    error, robust = std / np.sqrt(n), newey_west_error(known, lags)
    ratio = mean / std * np.sqrt(SESSIONS_A_YEAR / horizon)
    t_robust = None if robust is None else mean / robust
    return Mean(n, mean, std, float(error), float(mean / error), robust, t_robust, lags, float(ratio), positive)


def lags_for(count: int, horizon: int) -> int:
    """Lags of the Newey-West error: those at which returns over ``horizon`` sessions overlap (horizon - 1), at least
    the rule of thumb floor(4 (n / 100)^(2/9)), below ``count``.
    """
    return min(count - 1, max(horizon - 1, int(4 * (count / 100) ** (2 / 9))))


def newey_west_error(series: np.ndarray, lags: int) -> float | None:
    """Standard error of the mean of ``series`` [n] (no NaN): sqrt of the Bartlett-weighted sum of autocovariances / n,
    with n / (n - 1) for the estimated mean. Newey and West (1987). None where it is zero.
    """
    n = len(series)
    deviation = series - series.mean()
    total = float(deviation @ deviation)
    for lag in range(1, lags + 1):
        total += 2.0 * (1.0 - lag / (lags + 1.0)) * float(deviation[lag:] @ deviation[:-lag])
    variance = total / n / (n - 1)
    return float(np.sqrt(variance)) if variance > 0 else None
