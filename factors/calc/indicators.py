"""Technical indicators over stacked bars."""

import numpy as np


def wilder_rsi(close: np.ndarray, period: int) -> np.ndarray:
    """Wilder's relative strength index at the last row of close [L, N], 0-100. float [N].

    Each column starts at its own first bar: the first averages are the means of the first ``period`` changes, then
    (period - 1 parts of the previous + the current) / period. No losses: 100; no change at all: 50; fewer than
    ``period`` changes: NaN. Source: Wilder, New Concepts in Technical Trading Systems (1978).
    """
    if len(close) <= period or not close.size:
        return np.full(close.shape[1], np.nan)
    change = close[1:] - close[:-1]
    start = np.isnan(change).sum(axis=0)  # NaN only above the first bar
    change = np.where(np.isnan(change), 0.0, change)
    gain, loss = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    average_gain, average_loss = np.zeros(close.shape[1]), np.zeros(close.shape[1])
    uniform = (start == start[:1]).all()
    for row in range(len(change)):
        seen = row - start + 1
        if uniform and seen[0] > period:
            average_gain += (gain[row] - average_gain) / period
            average_loss += (loss[row] - average_loss) / period
            continue
        weight = np.where(seen > period, 1.0 / period, 1.0 / np.maximum(seen, 1))  # running mean while it fills
        average_gain += (gain[row] - average_gain) * weight
        average_loss += (loss[row] - average_loss) * weight
    total = average_gain + average_loss
    index = np.where(total > 0, 100.0 * average_gain / np.where(total > 0, total, 1.0), 50.0)
    return np.where(len(change) - start >= period, index, np.nan)
