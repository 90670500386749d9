"""From signals to scores: one cross-section (one region, date and factor) at a time. FORMULAS.md section 3."""

from collections.abc import Callable

import numpy as np
import pandas as pd

MINIMUM = 10  # instruments; fewer are no cross-section
CLIP = 3.0
ZERO = 1e-12


def percentile_ranks(signal: np.ndarray) -> np.ndarray:
    """100 x average rank / n of a signal without NaN; ties share their average rank. float [n], in (0, 100]."""
    result: np.ndarray = 100.0 * pd.Series(signal).rank(method="average").to_numpy() / len(signal)
    return result


def zscore(signal: np.ndarray) -> np.ndarray:
    """Signals clipped to mean +/- 3 std (ddof 1), less the mean, by the std; within +/- 3. All equal: 0."""
    return _standardise(signal, float(signal.mean()), float(signal.std(ddof=1)))


def robust(signal: np.ndarray) -> np.ndarray:
    """As ``zscore`` with the median and 1.4826 x the median absolute deviation."""
    median = float(np.median(signal))
    return _standardise(signal, median, 1.4826 * float(np.median(np.abs(signal - median))))


def minmax(signal: np.ndarray) -> np.ndarray:
    """0 for the lowest, 100 for the highest signal. All equal: 50."""
    low, high = float(signal.min()), float(signal.max())
    if high - low <= ZERO * max(1.0, abs(float(signal.mean()))):
        return np.full(len(signal), 50.0)
    return 100.0 * ((signal - low) / (high - low))  # the fraction first: it ends at 1 exactly


def _standardise(signal: np.ndarray, centre: float, spread: float) -> np.ndarray:
    if spread <= ZERO * max(1.0, abs(centre)):
        return np.zeros(len(signal))
    clipped = np.clip(signal, centre - CLIP * spread, centre + CLIP * spread)
    return np.clip((clipped - centre) / spread, -CLIP, CLIP)


METHODS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "zscore": zscore,
    "robust": robust,
    "percentile": percentile_ranks,
    "minmax": minmax,
}


def normalise(signal: np.ndarray, method: str = "zscore") -> tuple[np.ndarray, np.ndarray]:
    """(score, percentile) of a signal float [N] in which NaN and infinities take no part; NaN for those.

    All NaN when fewer than 10 instruments have a finite signal. KeyError for an unknown method.
    """
    score, percentile = np.full(len(signal), np.nan), np.full(len(signal), np.nan)
    valid = np.flatnonzero(np.isfinite(signal))
    if len(valid) >= MINIMUM:
        score[valid] = METHODS[method](signal[valid])
        percentile[valid] = percentile_ranks(signal[valid])
    return score, percentile
