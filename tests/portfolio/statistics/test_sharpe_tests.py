"""How sure a Sharpe ratio is: Bailey and Lopez de Prado's own examples, by hand, and SciPy."""

import numpy as np
import pytest
from scipy import stats

from portfolio.calc.statistics import deflated_sharpe_ratio, sharpe_probability, statistics_of
from portfolio.calc.statistics.sharpe_tests import luckiest_sharpe, probabilistic_sharpe_ratio
from portfolio.calc.statistics.track import Track
from tests.portfolio.statistics.tracks import from_returns, made_up, track

approx = pytest.approx


def test_probability_by_hand():
    # +10 %, -10 %, +10 %, rf 0: SR = (1/30) / sqrt(1/75) = sqrt(1/12); g3 = -1/sqrt(2), g4 = 1.5
    sharpe = np.sqrt(1 / 12)
    error = 1 + sharpe / np.sqrt(2) + 0.5 / 4 / 12
    expected = stats.norm.cdf(sharpe * np.sqrt(2) / np.sqrt(error))
    assert probabilistic_sharpe_ratio(track([100, 110, 99, 108.9], risk_free=0.0)) == approx(expected)


def test_a_benchmark_is_given_a_year():
    one = made_up(500)
    annual = statistics_of(one, ["sharpe_ratio"])["sharpe_ratio"]
    assert sharpe_probability(one, annual) == approx(0.5)
    assert sharpe_probability(one, annual + 1) < 0.5 < sharpe_probability(one, annual - 1)
    assert sharpe_probability(one, 0.0) == probabilistic_sharpe_ratio(one)


def test_the_numbers_of_the_paper_on_deflation():
    # Bailey and Lopez de Prado (2014), "A numerical example": 100 trials whose annualised Sharpe ratios have a variance
    # of 1/2; 250 days a year: SR0 = 0.1132 a day
    trials = np.array([1.0, -1.0] * 50) * np.sqrt(0.5 * 99 / 100)
    assert trials.var(ddof=1) == approx(0.5)
    assert luckiest_sharpe(trials, 100) / np.sqrt(250) == approx(0.1132, abs=5e-5)


def test_deflation_is_the_probability_against_the_luckiest():
    one, trials = made_up(900), np.random.default_rng(3).normal(0.2, 0.5, 40)
    luckiest = luckiest_sharpe(trials, 40)
    z = stats.norm.ppf
    euler = 0.5772156649015329
    assert luckiest == approx(trials.std(ddof=1) * ((1 - euler) * z(1 - 1 / 40) + euler * z(1 - 1 / 40 / np.e)))
    assert deflated_sharpe_ratio(one, trials) == approx(sharpe_probability(one, luckiest))


def test_more_trials_and_wider_ones_deflate_more():
    one, trials = made_up(900), np.random.default_rng(3).normal(0.2, 0.5, 40)
    found = deflated_sharpe_ratio(one, trials)
    assert deflated_sharpe_ratio(one, np.tile(trials, 10)) < found < deflated_sharpe_ratio(one, trials, independent=4)
    assert deflated_sharpe_ratio(one, 3 * trials) < found < probabilistic_sharpe_ratio(one)


def test_one_trial_is_no_search_and_equal_trials_are_one():
    one = made_up(300)
    assert deflated_sharpe_ratio(one, np.array([0.7])) == probabilistic_sharpe_ratio(one)
    assert deflated_sharpe_ratio(one, np.array([0.7, 0.7])) == probabilistic_sharpe_ratio(one)
    assert deflated_sharpe_ratio(one, np.array([0.7]), independent=5) == probabilistic_sharpe_ratio(one)
    assert deflated_sharpe_ratio(one, np.array([0.7, 1.7]), independent=1) == probabilistic_sharpe_ratio(one)


def test_trials_without_a_ratio_are_left_out():
    one, trials = made_up(300), np.array([0.3, 0.9, np.nan, -0.2])
    assert deflated_sharpe_ratio(one, trials) == deflated_sharpe_ratio(one, trials[[0, 1, 3]])
    assert deflated_sharpe_ratio(one, np.array([np.nan])) is None
    assert deflated_sharpe_ratio(one, np.zeros(0)) is None


def test_none_for_few_returns_no_spread_and_no_error():
    assert probabilistic_sharpe_ratio(from_returns([0.01, -0.02])) is None
    assert probabilistic_sharpe_ratio(from_returns([0.01] * 50)) is None
    # returns with two values have g4 = g3^2 + 1; where SR is 2 / g3 the error 1 - g3 SR + (g4 - 1) SR^2 / 4 is zero
    returns = np.array([0.02, 0.02, 0.02, 0.02, -0.02])
    mean, std, skew, _ = from_returns(returns).moments
    shift = 2 * std / skew - mean
    one = from_returns(returns + shift, risk_free=0.0)
    assert one.moments.kurtosis + 2 == approx(one.moments.skewness**2)
    assert probabilistic_sharpe_ratio(one) is None
    assert deflated_sharpe_ratio(one, np.array([1.0, 2.0])) is None


def test_less_than_one_independent_trial_is_refused():
    with pytest.raises(ValueError, match=r"at least one trial must be independent, not 0\.5"):
        deflated_sharpe_ratio(made_up(50), np.array([1.0, 2.0]), independent=0.5)


def test_a_hopeless_ratio_is_improbable_but_no_error():
    one = made_up(2500)
    falling = Track(one.values[::-1] * np.linspace(1, 1e-6, 2501), one.dates, risk_free=0.02)
    assert 0 <= probabilistic_sharpe_ratio(falling) < 1e-6
