"""Turnover and autocorrelation by hand."""

import numpy as np
import pytest
from scipy import stats

from factors.calc.analysis.correlation import score_correlations
from factors.calc.analysis.ranks import rank_rows
from factors.calc.analysis.stability import rank_autocorrelation, turnover

NAN = np.nan


def test_turnover_is_the_share_of_new_names():
    """a b -> b c: one of two is new; b c -> b c d: one of three; over two sessions a b -> b c d: two of three."""
    member = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1]], dtype=bool)
    np.testing.assert_allclose(turnover(member, 1), [NAN, 1 / 2, 1 / 3])
    np.testing.assert_allclose(turnover(member, 2), [NAN, NAN, 2 / 3])
    assert np.isnan(turnover(member, 5)).all()


def test_turnover_is_unknown_next_to_a_session_without_scores():
    member = np.array([[1, 1], [0, 0], [1, 0]], dtype=bool)
    assert np.isnan(turnover(member, 1)).all()
    assert turnover(member, 2)[2] == 0.0


def test_autocorrelation_of_ranks():
    score = np.array([[1.0, 2.0, 3.0, 4.0], [10.0, 30.0, 20.0, 40.0], [4.0, 3.0, 2.0, NAN]])
    found = rank_autocorrelation(rank_rows(score).ranks, 1)
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(0.8)
    assert found[2] == pytest.approx(np.corrcoef([1, 3, 2], [3, 2, 1])[0, 1])
    assert np.isnan(rank_autocorrelation(rank_rows(score).ranks, 7)).all()


def test_correlations_of_factors():
    rng = np.random.default_rng(0)
    score = rng.normal(size=(3, 4, 30))
    score[1, :, :9] = NAN
    score[2, 1] = 5.0  # does not vary
    pearson, spearman = score_correlations(score)
    for t in range(4):
        known = np.isfinite(score[1, t])
        assert pearson[t, 0, 1] == pytest.approx(np.corrcoef(score[0, t, known], score[1, t, known])[0, 1])
        assert spearman[t, 1, 0] == pytest.approx(stats.spearmanr(score[0, t, known], score[1, t, known])[0])
    assert np.isnan(pearson[1, 2]).all()
    assert np.isnan(spearman[1, 2]).all()
    assert [pearson[0, i, i] for i in range(3)] == [1.0] * 3


def test_one_factor_correlates_with_itself():
    pearson, spearman = score_correlations(np.arange(10.0).reshape(1, 1, 10))
    assert pearson.tolist() == spearman.tolist() == [[[1.0]]]
