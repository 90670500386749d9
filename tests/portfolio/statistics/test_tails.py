"""Value at risk and expected shortfall: FORMULAS.md sections 4 and 9, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from portfolio.calc.statistics import statistics_of
from portfolio.calc.statistics import tails as t
from tests.portfolio.statistics.tracks import from_returns, made_up, track

approx = pytest.approx

# 21 returns, -10 % to +10 % by one percent, in disorder: 0.05 x 20 = 1, so the quantile is the second lowest
LADDER = np.random.default_rng(4).permutation(np.arange(-10, 11)) / 100


def test_historical_var_and_cvar():
    ladder = from_returns(LADDER)
    assert t.var_95_1d(ladder) == approx(9.0)
    assert t.var_99_1d(ladder) == approx(9.8)  # 0.01 x 20 = 0.2 between -10 and -9
    assert t.cvar_95(ladder) == approx(9.5)  # mean of -10 and -9
    assert t.cvar_99(ladder) == approx(10.0)


def test_returns_equal_but_for_rounding_are_equal():
    # twice -9 %, from other levels: the second lowest of 21 is the quantile, and the third is no better than it
    ladder = LADDER.copy()
    ladder[ladder == -0.08] = -0.09
    twice = from_returns(ladder)
    assert twice.ascending[1] < twice.ascending[2]
    assert t.cvar_95(twice) == approx(28 / 3)


def test_a_month_by_the_root_of_its_sessions():
    ladder = from_returns(LADDER)
    assert t.var_95_1m(ladder) == approx(9.0 * np.sqrt(21))
    assert t.var_99_1m(ladder) == approx(9.8 * np.sqrt(21))


def test_a_month_from_overlapping_returns():
    # 22 returns: two of 21 sessions, to 130 from 100 and to 88 from 110: +30 %, -20 %; 0.05 of the way up: -17.5 %
    values = np.full(23, 100.0)
    values[1], values[21], values[22] = 110, 130, 88
    assert t.var_95_1m_overlapping(track(values)) == approx(17.5)
    assert t.var_99_1m_overlapping(track(values)) == approx(19.5)
    assert t.var_95_1m_overlapping(track(values[:-1])) is None


def test_normal_var():
    # mean 0, sum of squares 2 x 385 / 10,000, over 20: std = sqrt(0.00385)
    ladder = from_returns(LADDER)
    assert t.var_95_1d_normal(ladder) == approx(164.4853626951472 * np.sqrt(0.00385))
    assert t.var_99_1d_normal(ladder) == approx(232.6347874040841 * np.sqrt(0.00385))


def test_cornish_fisher_var_bends_the_normal_quantile():
    # THREE returns of +-10 %: mean 1/30, std sqrt(1/75), S = -1/sqrt(2), K = -1.5
    three, s, k = track([100, 110, 99, 108.9]), -1 / np.sqrt(2), -1.5
    for share, found in ((0.05, t.var_95_1d_cornish_fisher(three)), (0.01, t.var_99_1d_cornish_fisher(three))):
        z = stats.norm.ppf(share)
        bent = z + (z * z - 1) * s / 6 + (z**3 - 3 * z) * k / 24 - (2 * z**3 - 5 * z) * s * s / 36
        assert found == approx(-100 * (1 / 30 + bent * np.sqrt(1 / 75)))


def test_without_skewness_and_kurtosis_cornish_fisher_is_the_normal_one():
    # 0 in four of six cases, +-sqrt(3) in one each: the first four moments of a normal distribution
    returns = np.array([0, 0, 0, 0, 3**0.5, -(3**0.5)]) / 100
    even = from_returns(returns)
    assert even.moments.skewness == approx(0.0, abs=1e-9)
    assert even.moments.kurtosis == approx(0.0, abs=1e-9)
    assert t.var_99_1d_cornish_fisher(even) == approx(t.var_99_1d_normal(even))


def test_where_everything_rises_the_loss_is_negative():
    assert t.var_95_1d(from_returns([0.01, 0.02, 0.03])) == approx(-1.1)


@pytest.mark.parametrize("count", [2, 21, 41, 61, 101, 141, 201, 701, 1401, 2901])
def test_quantiles_are_those_of_numpy_also_where_they_fall_on_a_return(count):
    one = made_up(count)
    for share, found in ((0.05, t.var_95_1d(one)), (0.01, t.var_99_1d(one))):
        assert found == approx(-100 * np.quantile(one.returns, share), rel=1e-12)


@given(st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=80))
def test_cvar_is_the_mean_of_the_returns_at_or_below_the_quantile_and_no_better_than_it(returns):
    one = from_returns(returns)
    found = statistics_of(one)
    quantile = np.quantile(one.returns, 0.05)
    assert found["cvar_95"] == approx(-100 * one.returns[one.returns <= quantile + 1e-12].mean(), abs=1e-9)
    assert found["cvar_95"] >= found["var_95_1d"]
    assert found["cvar_99"] >= found["var_99_1d"] >= found["var_95_1d"]
