"""Volatility and Sharpe ratio session by session, over the last returns up to it."""

import numpy as np

from market.calc.full_windows import window_mean, window_std
from market.calc.windows import ZERO
from portfolio.calc.statistics.moments import ANNUAL
from portfolio.calc.statistics.track import Track


def rolling_volatility(track: Track, window: int = 252) -> np.ndarray:
    """100 x std of the last ``window`` returns x sqrt(252), percent, float64 [n] by session; NaN before there are so
    many. ValueError for a window below 2.
    """
    return 100.0 * ANNUAL * _std(track.returns, window)


def rolling_sharpe(track: Track, window: int = 252) -> np.ndarray:
    """Sharpe ratio of the last ``window`` returns, float64 [n] by session; NaN before there are so many and where they
    do not scatter. ValueError for a window below 2.
    """
    std = _std(track.returns, window)
    mean = window_mean(track.excess[:, None], window)[:, 0]
    return np.divide(
        mean * ANNUAL, std, out=np.full(len(std), np.nan), where=std > ZERO * np.maximum(1.0, np.abs(mean))
    )


def _std(returns: np.ndarray, window: int) -> np.ndarray:
    if window < 2:
        raise ValueError(f"a window of {window} has no standard deviation; at least 2 returns")
    return window_std(returns[:, None], window)[:, 0]
