"""How alike factors are: correlations of their scores, session by session."""

import numpy as np

from factors.calc.analysis.coefficients import pearson_ic, rank_ic
from factors.calc.analysis.ranks import rank_rows


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
