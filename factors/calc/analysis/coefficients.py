"""Information coefficients: how well the scores of a session order the returns after it."""

import numpy as np

from factors.calc.analysis.ranks import Centred, Ranked, correlate_ranks, correlate_rows, correlate_with, rank_rows


def pearson_ic(score: np.ndarray, returns: np.ndarray, around: Centred | None = None) -> np.ndarray:
    """Pearson correlation of scores and forward returns [T, N] of each session; float64 [T].

    NaN with fewer than three names that have both, or where either does not vary. ``around``: ``score`` centred, where
    the caller has it.
    """
    return correlate_rows(score, returns) if around is None else correlate_with(around, score, returns)


def rank_ic(score: np.ndarray, returns: np.ndarray, ranked: Ranked | None = None) -> np.ndarray:
    """Spearman correlation (ties share their average rank) of each session; float64 [T], NaN as ``pearson_ic``.

    FORMULAS.md section 3 calls this the information coefficient. ``ranked``: ``rank_rows(score)`` where the caller has
    it; ranks are taken over the names with both figures, so rows in which some names lack a return are ranked anew.
    """
    by_score = rank_rows(score) if ranked is None else ranked
    by_return = rank_rows(returns, by_score.ranks > 0)
    found = correlate_ranks(by_score, by_return)
    partly = np.flatnonzero(by_return.count < by_score.count)
    if len(partly):
        anew = rank_rows(score[partly], by_return.ranks[partly] > 0)
        found[partly] = correlate_ranks(anew, rank_rows(returns[partly], anew.ranks > 0))
    return found
