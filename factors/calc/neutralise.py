"""Take out of a signal what sector and size explain, before it is normalised."""

import numpy as np

SMALLEST_SECTOR = 3
OTHER = "other"


def sector_groups(sectors: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """A group number per instrument; blank sectors and those with fewer than 3 ``valid`` names are one: 0. int [N]."""
    names, number = np.unique(np.where(sectors == "", OTHER, sectors).astype(str), return_inverse=True)
    joins_other = (np.bincount(number[valid], minlength=len(names)) < SMALLEST_SECTOR) | (names == OTHER)
    groups: np.ndarray = np.where(joins_other[number], 0, number + 1)
    return groups


def demean_by(groups: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """The signal less the mean of its group; NaN takes no part."""
    valid = np.isfinite(signal)
    size = int(groups.max(initial=0)) + 1
    total = np.bincount(groups[valid], weights=signal[valid], minlength=size)
    count = np.bincount(groups[valid], minlength=size)
    return np.where(valid, signal - (total / np.maximum(count, 1))[groups], np.nan)


def residual_on(regressor: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """Residual of an OLS regression with intercept; NaN where either side is missing. A constant regressor:
    demeaned.
    """
    valid = np.isfinite(signal) & np.isfinite(regressor)
    if not valid.any():
        return np.full(len(signal), np.nan)
    x, y = regressor[valid] - regressor[valid].mean(), signal[valid] - signal[valid].mean()
    spread = float(x @ x)
    slope = float(x @ y) / spread if spread > 1e-12 * len(x) else 0.0
    result = np.full(len(signal), np.nan)
    result[valid] = y - slope * x
    return result
