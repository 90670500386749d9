"""Volatility, Sharpe ratio and beta of each asset's last returns."""

import numpy as np

from market.calc.windows import ZERO, LastWindow
from portfolio.calc.statistics.moments import ANNUAL, SESSIONS_A_YEAR

VOLATILITIES = (20, 60, 252)


def volatilities(returns: np.ndarray) -> dict[str, np.ndarray]:
    """100 x std of the last 20, 60 and 252 returns [L, N] x sqrt(252), percent, float64 [N]; NaN with fewer."""
    return {f"volatility_{window}d": 100.0 * ANNUAL * _std(returns, window) for window in VOLATILITIES}


def sharpe(returns: np.ndarray, risk_free: float) -> np.ndarray:
    """mean(r - rf) / std(r - rf) x sqrt(252) of the last 252 returns [L, N], float64 [N]; ``risk_free`` a fraction a
    year. NaN with fewer returns and where they do not scatter.
    """
    session = (1.0 + risk_free) ** (1.0 / SESSIONS_A_YEAR) - 1.0
    mean, std = LastWindow(SESSIONS_A_YEAR).mean(returns), _std(returns, SESSIONS_A_YEAR)
    scatters = std > ZERO * np.maximum(1.0, np.abs(mean))
    return np.divide((mean - session) * ANNUAL, std, out=np.full(len(std), np.nan), where=scatters)


def _std(returns: np.ndarray, window: int) -> np.ndarray:
    last = LastWindow(window)
    return np.where(last.count(returns) == window, last.std(returns), np.nan)
