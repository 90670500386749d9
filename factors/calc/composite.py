"""Several scores become one: the weighted mean of what is there, then 0 to 100, then a rank. FORMULAS.md section 3."""

import numpy as np

from market.calc.windows import ZERO

HALF = 0.5 - 1e-9  # of the weight; the rest is rounding


def weighted_mean(scores: np.ndarray, weights: np.ndarray, has_cross_section: np.ndarray) -> np.ndarray:
    """sum(w score) / sum(w) over the scores [F, N] an instrument has; float64 [N].

    Factors without a cross-section that day (``has_cross_section`` bool [F]) leave numerator and denominator; NaN for
    an instrument with less than half of the weight of those that have one. Sums run factor by factor, so that an
    instrument's figure does not depend on which others there are.
    """
    weights = np.where(has_cross_section, weights, 0.0)
    total, weight = np.zeros(scores.shape[1]), np.zeros(scores.shape[1])
    for row, w in zip(scores, weights, strict=True):
        if w > 0:
            there = np.isfinite(row)
            total[there] += w * row[there].astype(np.float64)
            weight[there] += w
    enough = (weight > 0) & (weight >= HALF * weights.sum())
    return np.where(enough, total / np.where(enough, weight, 1.0), np.nan)


def scaled(raw: np.ndarray) -> np.ndarray:
    """100 x (raw - min) / (max - min) of raw [N]; NaN takes no part; all equal: 50."""
    valid = np.isfinite(raw)
    result = np.full(len(raw), np.nan)
    if valid.any():
        low, high = float(raw[valid].min()), float(raw[valid].max())
        span = high - low
        flat = span <= ZERO * max(1.0, abs(float(raw[valid].mean())))
        result[valid] = (
            50.0 if flat else 100.0 * ((raw[valid] - low) / span)
        )  # the fraction first: it ends at 1 exactly
    return result


def ranked(score: np.ndarray, tickers: np.ndarray) -> np.ndarray:
    """Ranks int32 [N] of ``score`` [N], 1 the highest, ties by ticker; 0 where there is no score.

    Scores are compared in the single precision in which they are stored.
    """
    result = np.zeros(len(score), dtype=np.int32)
    valid = np.flatnonzero(np.isfinite(score))
    order = np.lexsort((tickers[valid].astype(str), -score[valid].astype(np.float32)))
    result[valid[order]] = np.arange(1, len(valid) + 1)
    return result
