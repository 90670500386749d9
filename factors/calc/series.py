"""Small sums over windows, written so that the order of instruments never changes a bit of the result."""

import numpy as np


def window_sum(window: np.ndarray) -> np.ndarray:
    """Sum over the rows of float [L, N]; NaN where a row is NaN. float [N].

    Rows are added one after the other for every column alike: NumPy's own choice of summation order depends on the
    memory layout, and a single instrument would come out different in the last bit from the same one among others.
    """
    if window.shape[1] == 1 and len(window):
        return np.asarray(np.add.accumulate(window, axis=0)[-1])
    total: np.ndarray = np.add.reduce(np.ascontiguousarray(window), axis=0)
    return total


def newest_valid(values: np.ndarray, count: int) -> np.ndarray:
    """The first ``count`` valid numbers of each row of float [N, K], in order; NaN where there are fewer. [N,
    count].
    """
    order = np.argsort(np.isnan(values), axis=1, kind="stable")[:, :count]
    found = np.take_along_axis(values, order, axis=1)
    missing = count - found.shape[1]
    return np.pad(found, ((0, 0), (0, missing)), constant_values=np.nan) if missing > 0 else found


def std_rows(values: np.ndarray) -> np.ndarray:
    """Standard deviation (ddof 1) of the valid numbers of each row of float [N, K]; 0 for a single one. float [N]."""
    valid = ~np.isnan(values)
    count = valid.sum(axis=1)
    mean = np.where(valid, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    squares = np.where(valid, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    result: np.ndarray = np.sqrt(squares / np.maximum(count - 1, 1))
    return result
