"""The VaR that was known the evening before, session by session: what a backtest judges."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.statistics.tails import bent_quantile

Forecast = Callable[[np.ndarray, float], np.ndarray]
FEWEST = 2  # returns of a window


def var_forecasts(returns: np.ndarray, method: str, share: float = 0.05, window: int = 252) -> np.ndarray:
    """VaR of each session from the ``window`` returns before it alone, percent, positive is a loss. float64 [n].

    ``returns`` float [n], fractions, none missing; ``method``: ``historical``, ``normal`` or ``cornish_fisher``, as the
    statistics of these names define them. NaN on the first ``window`` sessions, and for Cornish-Fisher where the window
    does not scatter. ValueError for an unknown method, a missing return or a window below 2.
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; there are {', '.join(METHODS)}")
    if not (0.0 < share < 1.0 and window >= FEWEST):
        raise ValueError(f"share {share} must be between 0 and 1, window {window} at least {FEWEST}")
    known = np.asarray(returns, dtype=np.float64)
    if not np.isfinite(known).all():
        raise ValueError(f"return {int(np.argmin(np.isfinite(known)))} is missing or infinite")
    found = np.full(len(known), np.nan)
    if len(known) > window:
        windows = np.lib.stride_tricks.sliding_window_view(known[:-1], window)
        found[window:] = -100.0 * METHODS[method](windows, share)
    return found


def _historical(windows: np.ndarray, share: float) -> np.ndarray:
    return np.asarray(np.quantile(windows, share, axis=1))


def _normal(windows: np.ndarray, share: float) -> np.ndarray:
    mean, std = _mean_and_std(windows)
    return mean + NormalDist().inv_cdf(share) * std


def _cornish_fisher(windows: np.ndarray, share: float) -> np.ndarray:
    mean, std = _mean_and_std(windows)
    distance = windows - mean[:, None]
    second, third, fourth = ((distance**power).mean(axis=1) for power in (2, 3, 4))
    scale = np.where(std > 0, second, np.nan)
    return mean + bent_quantile(share, third / scale**1.5, fourth / scale**2 - 3.0) * std


def _mean_and_std(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ddof 1; a deviation that is rounding is 0."""
    mean, std = windows.mean(axis=1), windows.std(axis=1, ddof=1)
    return mean, np.where(std <= ZERO * np.maximum(1.0, np.abs(mean)), 0.0, std)


METHODS: dict[str, Forecast] = {"historical": _historical, "normal": _normal, "cornish_fisher": _cornish_fisher}
