"""What each asset returned over the last calendar months."""

import numpy as np

from market.calc.months import months_before

HORIZONS = {"return_1m": 1, "return_3m": 3, "return_6m": 6, "return_1y": 12, "return_3y": 36, "return_5y": 60}


def trailing_returns(days: np.ndarray, close: np.ndarray) -> dict[str, np.ndarray]:
    """100 x (P / P_then - 1) by horizon, percent, float64 [N]. P: the last row; P_then: the last bar on or before the
    day so many calendar months before it.

    ``days`` int [L, N] since 1970-01-01, ascending, 0 above a column's first bar; ``close`` float [L, N], adjusted. NaN
    where the bars do not reach back so far.
    """
    if not len(close):
        return {name: np.full(close.shape[1], np.nan) for name in HORIZONS}
    return {name: _since(days, close, months_before(days[-1], months)) for name, months in HORIZONS.items()}


def _since(days: np.ndarray, close: np.ndarray, day: np.ndarray) -> np.ndarray:
    rows = np.count_nonzero(days <= day.astype(days.dtype), axis=0) - 1  # the days 0 above the first bar count along
    then = np.where(rows >= 0, close[np.maximum(rows, 0), np.arange(close.shape[1])], np.nan)
    return np.asarray(100.0 * (close[-1] / then - 1.0))
