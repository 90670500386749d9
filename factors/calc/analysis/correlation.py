"""How alike factors are: correlations of their scores, session by session."""

import numpy as np

from factors.calc.analysis.coefficients import pearson_ic, rank_ic
from factors.calc.analysis.ranks import rank_rows

FLAT = 1e-9  # sum of squares about the mean below which scores do not vary


def score_correlations(score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(Pearson, Spearman) correlations of the scores ``score`` [F, T, N] of factors, each [T, F, F].

    Each pair over the names that have both; NaN with fewer than three, or where one does not vary. The diagonal is 1
    wherever the factor varies.
    """
    factors, sessions = score.shape[:2]
    pearson = np.full((sessions, factors, factors), np.nan)
    spearman = np.full((sessions, factors, factors), np.nan)
    for i in range(factors):
        ranked = rank_rows(score[i])
        for j in range(i):
            pearson[:, i, j] = pearson[:, j, i] = pearson_ic(score[i], score[j])
            spearman[:, i, j] = spearman[:, j, i] = rank_ic(score[i], score[j], ranked)
        varies = np.isfinite(pearson_ic(score[i], score[i]))
        pearson[varies, i, i] = spearman[varies, i, i] = 1.0
    return pearson, spearman


def pairwise_pearson(score: np.ndarray) -> np.ndarray:
    """Pearson correlations [F, F] of the scores [F, N] of one session, each pair over the names that have both.

    NaN with fewer than three, or where one does not vary. Products of matrices: scores are near 0, so nothing cancels.
    """
    known = np.isfinite(score)
    filled = np.where(known, score, 0.0).astype(np.float64)
    has = known.astype(np.float64)
    count, total, square = has @ has.T, filled @ has.T, (filled**2) @ has.T
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = filled @ filled.T - total * total.T / count
        spread = square - total**2 / count
        found = covariance / np.sqrt(spread * spread.T)
    return np.where((count >= 3) & (spread > FLAT) & (spread.T > FLAT), np.clip(found, -1.0, 1.0), np.nan)
