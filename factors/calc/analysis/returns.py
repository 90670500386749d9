"""What came after a score: returns counted in sessions of the exchange."""

import numpy as np

BEFORE = 10  # sessions before the first, for names without a bar on it: a score needs one in the last five


def carried(close: np.ndarray, days: np.ndarray, delisted_day: np.ndarray) -> np.ndarray:
    """Closes [R, N] with every gap filled by the last close before it; NaN before a name's first close.

    ``days`` int [R] and ``delisted_day`` int [N] (0: unknown) are days since 1970-01-01. Bars after the last listed day
    are another security's or a leftover: they do not count. So a name that stops trading keeps its last close, and
    earns 0 on every later session, as cash would. Closes that are not positive count as gaps.
    """
    gone = (delisted_day > 0) & (days[:, None] > delisted_day)
    gap = ~(np.isfinite(close) & (close > 0)) | gone
    filled = np.where(gap, np.nan, close)
    for row in range(1, len(filled)):  # a row at a time is the fastest: memory in order, nothing but gaps copied
        np.copyto(filled[row], filled[row - 1], where=gap[row])
    return filled


def forward_returns(close: np.ndarray, count: int, horizon: int) -> np.ndarray:
    """``close[row + horizon] / close[row] - 1`` for the first ``count`` rows; float64 [count, N].

    ``close`` [R, N] has one row per session, gaps carried. NaN where the name has no close yet, and in rows whose
    horizon ends beyond the newest session: there alone is a return not known.
    """
    found = np.full((count, close.shape[1]), np.nan)
    known = max(0, min(count, len(close) - horizon))
    np.divide(close[horizon:][:known], close[:known], out=found[:known])
    found[:known] -= 1.0
    return found


def demeaned(returns: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """Returns less the mean return of that session's ``sample`` (bool [T, N]); NaN in rows without one."""
    counts = np.isfinite(returns) & sample
    total = np.where(counts, returns, 0.0).sum(axis=1)
    count = counts.sum(axis=1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    result: np.ndarray = returns - mean[:, None]
    return result
