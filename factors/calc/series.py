"""Statistics over the newest figures of each row."""

import numpy as np


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
