"""Risk measures over stacked closes and returns: [L, N] in, [N] out, NaN above each column's first bar."""

import numpy as np

from factors.calc.series import window_sum

ZERO = 1e-12


def volatility(returns: np.ndarray) -> np.ndarray:
    """Standard deviation (ddof 1) of each column, per period, as a fraction. NaN where a row is NaN."""
    mean = window_sum(returns) / len(returns)
    result: np.ndarray = (
        np.sqrt(window_sum((returns - mean) ** 2) / (len(returns) - 1)) if len(returns) > 1 else mean * np.nan
    )
    return result


def max_drawdown(close: np.ndarray) -> np.ndarray:
    """The deepest fall from the running maximum, as a positive fraction; NaN where there is no bar."""
    peak = np.fmax.accumulate(close, axis=0)
    deepest: np.ndarray = -np.fmin.reduce(close / peak - 1.0, axis=0)
    return deepest + 0.0  # -0.0 reads as 0


def downside_deviation(returns: np.ndarray) -> np.ndarray:
    """sqrt(mean(min(r, 0)^2)) over all valid rows of a column, as a fraction."""
    valid = ~np.isnan(returns)
    squares = np.where(valid, np.minimum(returns, 0.0) ** 2, 0.0)
    result: np.ndarray = np.sqrt(window_sum(squares) / np.maximum(valid.sum(axis=0), 1))
    return result


def mean_of_worst(returns: np.ndarray, one_in: int) -> np.ndarray:
    """Mean of the ceil(n / one_in) lowest of each column's n valid returns."""
    count = (~np.isnan(returns)).sum(axis=0)
    worst = -(-count // one_in)
    most = int(worst.max(initial=0))
    if not most:
        return np.full(returns.shape[1], np.nan)
    lowest = np.partition(returns, min(most, len(returns)) - 1, axis=0)[:most]  # NaN sort last
    lowest = np.sort(lowest, axis=0)
    used = np.arange(most)[:, None] < worst
    return window_sum(np.where(used, lowest, 0.0)) / np.where(worst > 0, worst, np.nan)


def market_fit(close: np.ndarray, index: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """OLS with intercept of each column's returns on the index's: (beta, std of residuals ddof 1, number of returns).

    close, index: [L, N], both NaN above a column's first common bar. NaN where the index does not vary.
    """
    own, market = close[1:] / close[:-1] - 1.0, index[1:] / index[:-1] - 1.0
    valid = ~(np.isnan(own) | np.isnan(market))
    count = valid.sum(axis=0)
    n = np.maximum(count, 1)
    own, market = np.where(valid, own, 0.0), np.where(valid, market, 0.0)
    own = np.where(valid, own - window_sum(own) / n, 0.0)
    market = np.where(valid, market - window_sum(market) / n, 0.0)
    spread = window_sum(market * market)
    beta = np.where(spread > ZERO**2 * n, window_sum(own * market) / np.where(spread > 0, spread, 1.0), np.nan)
    residual = own - beta * market
    return beta, np.sqrt(window_sum(residual * residual) / np.maximum(count - 1, 1)), count
