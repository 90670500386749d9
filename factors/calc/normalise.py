"""From signals to scores, a cross-section (one region, date and factor) per row. FORMULAS.md section 3.

Signals are float [T, N]; NaN takes no part and stays NaN.
"""

from collections.abc import Callable

import numpy as np

from market.calc.windows import ZERO

MINIMUM = 10  # instruments; fewer are no cross-section
CLIP = 3.0
_CELLS = 200_000  # ranked at a time: what a processor's cache holds


def percentile_ranks(signal: np.ndarray) -> np.ndarray:
    """100 x average rank / n in each row; ties share their average rank. float [T, N], in (0, 100]."""
    import pandas as pd  # noqa: PLC0415 - a fifth of a second that only ranking needs

    count = (~np.isnan(signal)).sum(axis=1, keepdims=True)
    step = max(1, _CELLS // max(signal.shape[1], 1))
    parts = [pd.DataFrame(signal[i : i + step]).rank(axis=1).to_numpy() for i in range(0, len(signal), step)]
    ranks = np.concatenate(parts) if parts else signal
    result: np.ndarray = 100.0 * ranks / np.maximum(count, 1)
    return result


def zscore(signal: np.ndarray) -> np.ndarray:
    """Signals clipped to mean +/- 3 std (ddof 1), less the mean, by the std; within +/- 3. All equal: 0."""
    valid = ~np.isnan(signal)
    count = valid.sum(axis=1, keepdims=True)
    mean = np.where(valid, signal, 0.0).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    squares = np.where(valid, (signal - mean) ** 2, 0.0).sum(axis=1, keepdims=True)
    return _standardise(signal, mean, np.sqrt(squares / np.maximum(count - 1, 1)))


def robust(signal: np.ndarray) -> np.ndarray:
    """As ``zscore`` with the median and 1.4826 x the median absolute deviation."""
    median = _median(signal)
    return _standardise(signal, median, 1.4826 * _median(np.abs(signal - median)))


def minmax(signal: np.ndarray) -> np.ndarray:
    """0 for the lowest, 100 for the highest signal of a row. All equal: 50."""
    low, high = (pick.reduce(signal, axis=1, keepdims=True) for pick in (np.fmin, np.fmax))
    spread = high - low
    flat = spread <= ZERO * np.maximum(1.0, np.abs(low))
    scaled = 100.0 * ((signal - low) / np.where(flat, 1.0, spread))  # the fraction first: it ends at 1 exactly
    return np.where(flat & ~np.isnan(signal), 50.0, scaled)


def _median(signal: np.ndarray) -> np.ndarray:
    """The median of each row's numbers, [T, 1]; NaN for a row without any."""
    ordered = np.sort(signal, axis=1)  # NaN last
    count = (~np.isnan(signal)).sum(axis=1, keepdims=True)
    middle = [np.take_along_axis(ordered, np.maximum(place, 0), axis=1) for place in ((count - 1) // 2, count // 2)]
    return np.where(count > 0, (middle[0] + middle[1]) / 2, np.nan)


def _standardise(signal: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    flat = spread <= ZERO * np.maximum(1.0, np.abs(centre))
    clipped = np.clip(signal, centre - CLIP * spread, centre + CLIP * spread)
    scores = np.clip((clipped - centre) / np.where(flat, 1.0, spread), -CLIP, CLIP)
    return np.where(flat & ~np.isnan(signal), 0.0, scores)


METHODS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "zscore": zscore,
    "robust": robust,
    "percentile": percentile_ranks,
    "minmax": minmax,
}


def normalise(signal: np.ndarray, method: str = "zscore") -> tuple[np.ndarray, np.ndarray]:
    """(score, percentile) of signals float [T, N] (or one cross-section [N]); infinities count as NaN.

    All NaN in a row in which fewer than 10 instruments have a finite signal. KeyError for an unknown method.
    """
    rows = np.atleast_2d(np.where(np.isfinite(signal), signal, np.nan))
    if not rows.size:
        return np.full(signal.shape, np.nan), np.full(signal.shape, np.nan)
    enough = np.isfinite(rows).sum(axis=1, keepdims=True) >= MINIMUM
    rows = np.where(enough, rows, np.nan)
    return METHODS[method](rows).reshape(signal.shape), percentile_ranks(rows).reshape(signal.shape)
