"""Wilder's RSI over moving windows, its averages begun anew in each window."""

import numpy as np

from market.calc.rolling import count_true, rolling_mean
from market.calc.windows import strength


def rolling_rsi(close: np.ndarray, window: int, period: int) -> np.ndarray:
    """``LastWindow.wilder_rsi`` of every window of closes [B, N] (NaN only above each column's first). float [B, N].

    An average that began at row s differs from one that has always run by what both held at s, faded since: so one
    running average serves all windows. Rows without a gain (loss) in the window have exactly none.
    """
    change = np.full(close.shape, np.nan)
    change[1:] = close[1:] - close[:-1]
    seen = np.cumsum(~np.isnan(change), axis=0)
    used = np.minimum(seen, window - 1)  # changes in the window
    gain, loss = (_average(np.maximum(sign * change, 0.0), used, period) for sign in (1.0, -1.0))
    return np.where(used >= period, strength(gain, loss), np.nan)


def _average(moves: np.ndarray, used: np.ndarray, period: int) -> np.ndarray:
    """Wilder's average of the last ``used`` moves at every row; the first ``period`` of them enter as their mean."""
    keep = 1.0 - 1.0 / period
    always = np.zeros(moves.shape)  # the average that has always run
    for row in range(1, len(moves)):
        always[row] = keep * always[row - 1] + np.nan_to_num(moves[row]) / period
    rows, columns = np.indices(moves.shape)
    first = np.minimum(rows - used + period, rows)  # the row at which the window's first average stands
    since = rows - first
    begun = rolling_mean(moves, period)[first, columns] - always[first, columns]
    longest = int(used.max(initial=0))
    some = count_true(moves > 0, max(longest, 1)) > 0
    return np.where(some, always + keep**since * begun, 0.0)
