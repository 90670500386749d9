"""What a factor earned: worked by hand, and by SciPy."""

import numpy as np
import pytest
from scipy import stats

from factors.calc.factor_returns import Earlier, factor_returns, previous

nan = np.nan


def test_the_top_name_less_the_bottom_one_of_a_dozen():
    """12 names: deciles of floor(12 / 10) = 1. The best earned 3 %, the worst lost 1 %."""
    scores = np.arange(12.0)[None]
    returns = np.full((1, 12), 0.005)
    returns[0, 11], returns[0, 0] = 0.03, -0.01
    found = factor_returns(scores, returns)
    assert found.value == pytest.approx([0.04])
    assert found.count.tolist() == [12]


def test_deciles_of_two_and_ties_go_by_ticker():
    """20 names, two per decile. Three share the best score: the first two tickers are the top."""
    scores = np.concatenate([[9.0, 9.0, 9.0], np.linspace(1.0, 0.0, 17)])[None]
    returns = np.concatenate([[0.01, 0.03, 0.99], np.zeros(15), [-0.02, -0.04]])[None]
    assert factor_returns(scores, returns).value == pytest.approx([0.02 - -0.03])


def test_names_without_a_score_or_a_return_are_left_out():
    scores = np.array([[nan, 3.0, 2.0, 1.0, 0.5]])
    returns = np.array([[0.9, nan, 0.02, 0.01, -0.03]])
    found = factor_returns(scores, returns)
    assert found.value == pytest.approx([0.05])
    assert found.count.tolist() == [3]


def test_fewer_than_two_names_earn_nothing():
    found = factor_returns(np.array([[1.0, nan], [nan, nan]]), np.array([[0.1, 0.2], [0.1, 0.2]]))
    assert np.isnan(found.value).all()
    assert np.isnan(found.ic).all()
    assert found.count.tolist() == [1, 0]


def test_the_information_coefficient_is_spearman_s():
    rng = np.random.default_rng(3)
    scores, returns = np.round(rng.normal(size=(5, 60)), 1), rng.normal(size=(5, 60))
    scores[2, :20], returns[3, 5:9] = nan, nan
    found = factor_returns(scores, returns).ic
    for row in range(5):
        expected = stats.spearmanr(scores[row], returns[row], nan_policy="omit").statistic
        assert found[row] == pytest.approx(expected, abs=1e-12)


def test_a_session_without_scores_is_passed_over():
    scores = np.array([[1.0, 2.0], [nan, nan], [nan, nan], [3.0, 4.0]])
    found, after = previous(scores, np.array([100, 101, 102, 103]), Earlier(np.array([0.0, 9.0]), 97))
    np.testing.assert_array_equal(found, [[0.0, 9.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    assert (after.scores.tolist(), after.day) == ([3.0, 4.0], 103)
    found, _ = previous(scores, np.array([100, 101, 102, 103]), Earlier(np.array([nan, nan]), 0))
    np.testing.assert_array_equal(found[0], [nan, nan])


def test_scores_of_more_than_a_month_ago_count_no_more():
    scores = np.array([[1.0, 2.0], [nan, nan], [nan, nan]])
    found, after = previous(scores, np.array([100, 131, 132]), Earlier(np.array([5.0, 6.0]), 60))
    np.testing.assert_array_equal(found, [[nan, nan], [1.0, 2.0], [nan, nan]])
    assert after.day == 100
