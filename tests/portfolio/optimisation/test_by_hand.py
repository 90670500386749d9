"""Weights that follow from a formula on paper."""

import numpy as np
import pytest

from portfolio.calc.optimisation import (
    Constraints,
    Group,
    View,
    black_litterman,
    efficient_frontier,
    equal_weight,
    estimate,
    hierarchical_risk_parity,
    maximum_sharpe,
    mean_variance,
    minimum_variance,
    risk_parity,
)
from tests.portfolio.optimisation.assets import estimates_of, plain

# Uncorrelated, volatilities of 10 and 20 percent.
TWO = plain([0.05, 0.10], [[0.01, 0.0], [0.0, 0.04]])
METHODS = [minimum_variance, maximum_sharpe, risk_parity, equal_weight, hierarchical_risk_parity]


def test_minimum_variance_is_inverse_to_the_variance():
    found = minimum_variance(TWO, risk_free=0)
    assert found.weights == pytest.approx([80, 20], abs=1e-4)  # 1/0.01 to 1/0.04
    # 0.64 x 0.01 + 0.04 x 0.04 = 0.008; 0.8 x 5 + 0.2 x 10 = 6 percent.
    assert found.volatility == pytest.approx(100 * 0.008**0.5, rel=1e-6)
    assert found.expected_return == pytest.approx(6, rel=1e-6)
    assert found.sharpe_ratio == pytest.approx(0.06 / 0.008**0.5, rel=1e-6)
    assert found.risk_shares == pytest.approx([80, 20], abs=1e-3)


def test_maximum_sharpe_is_excess_over_variance():
    assert maximum_sharpe(TWO, risk_free=0).weights == pytest.approx([200 / 3, 100 / 3], abs=1e-3)  # 5 to 2.5


def test_the_risk_free_rate_counts():
    # 0.05 - rf and 0.10 - rf with 252 ln(1.03^(1/252)), nearly 0.02956: 0.0204/0.01 to 0.0704/0.04.
    rate = 252 * (1.03 ** (1 / 252) - 1)
    ratio = np.array([(0.05 - rate) / 0.01, (0.10 - rate) / 0.04])
    assert maximum_sharpe(TWO, risk_free=3).weights == pytest.approx(100 * ratio / ratio.sum(), abs=1e-3)


def test_risk_parity_of_uncorrelated_assets_is_inverse_to_volatility():
    found = risk_parity(TWO)
    assert found.weights == pytest.approx([200 / 3, 100 / 3], abs=1e-3)
    assert found.risk_shares == pytest.approx([50, 50], abs=1e-3)
    assert found.notes == ()


def test_mean_variance_by_aversion():
    # max 0.05 w + 0.10 (1 - w) - 5/2 (0.01 w^2 + 0.04 (1 - w)^2): -0.05 - 0.05 w + 0.2 (1 - w) = 0 -> w = 0.6.
    assert mean_variance(TWO, risk_aversion=5).weights == pytest.approx([60, 40], abs=1e-3)


def test_mean_variance_by_target():
    assert mean_variance(TWO, target_return=8).weights == pytest.approx([40, 60], abs=1e-3)
    assert mean_variance(TWO, target_return=1).weights == pytest.approx([80, 20], abs=1e-3)  # it may earn more


def test_what_is_not_invested_earns_the_risk_free_rate():
    half = Constraints(budget=50)
    found = equal_weight(TWO, half, risk_free=2)
    rate = 100 * 252 * (1.02 ** (1 / 252) - 1)
    assert found.expected_return == pytest.approx(0.25 * 5 + 0.25 * 10 + 0.5 * rate)
    # At most 0.5 x 10 + 0.5 x rate = 5.99, with B alone.
    assert mean_variance(TWO, half, target_return=5.99, risk_free=2).weights == pytest.approx([0, 50], abs=0.05)


def test_bounds_groups_and_turnover_bind():
    three = plain([0.05] * 3, np.diag([0.01, 0.04, 0.04]).tolist())
    # Free: 4 : 1 : 1, that is 66.7, 16.7, 16.7.
    assert minimum_variance(three, Constraints(maxima={"A": 50})).weights == pytest.approx([50, 25, 25], abs=1e-3)
    assert minimum_variance(three, Constraints(minima={"C": 30})).weights == pytest.approx([56, 14, 30], abs=1e-3)
    growth = Constraints(groups=[Group("growth", frozenset("BC"), minimum=60)])
    assert minimum_variance(three, growth).weights == pytest.approx([40, 30, 30], abs=1e-3)
    # From 40, 30, 30 only 10 may move: to A, from the others alike.
    slow = Constraints(turnover=10, current={"A": 40, "B": 30, "C": 30})
    found = minimum_variance(three, slow)
    assert found.weights == pytest.approx([50, 25, 25], abs=1e-3)
    assert found.turnover == pytest.approx(10, abs=1e-3)
    fixed = Constraints(minima={"A": 20}, maxima={"A": 20})
    assert minimum_variance(three, fixed).weights == pytest.approx([20, 40, 40], abs=1e-3)


def test_equal_weight_gives_way_to_constraints_and_says_so():
    assert equal_weight(TWO).weights == pytest.approx([50, 50])
    assert equal_weight(TWO).notes == ()
    found = equal_weight(TWO, Constraints(maxima={"A": 30}))
    assert found.weights == pytest.approx([30, 70], abs=1e-4)
    assert found.notes == ("the constraints forbid equal weights: these are the nearest",)


def test_risk_parity_under_constraints_says_that_risk_is_not_equal():
    found = risk_parity(TWO, Constraints(maxima={"A": 50}))
    assert found.weights == pytest.approx([50, 50], abs=1e-3)
    assert found.notes == ("constraints keep the risk shares apart: 20.00 to 80.00 %",)  # 0.01 to 0.04


@pytest.mark.parametrize("method", METHODS)
def test_one_asset_gets_everything(method):
    one = estimates_of(1)
    assert method(one, risk_free=-90).weights == pytest.approx([100])


def test_the_frontier_runs_from_least_risk_to_most_return():
    found = efficient_frontier(TWO, points=5, risk_free=0)
    assert [one.expected_return for one in found] == pytest.approx([6, 7, 8, 9, 10], abs=1e-4)
    # w A with 5 w + 10 (1 - w) = the return; the variance follows.
    share = np.array([0.8, 0.6, 0.4, 0.2, 0.0])
    assert [one.volatility for one in found] == pytest.approx(
        list(100 * np.sqrt(0.01 * share**2 + 0.04 * (1 - share) ** 2)), abs=1e-3
    )


def test_the_frontier_of_equal_returns_is_a_point():
    same = plain([0.05, 0.05], [[0.01, 0.0], [0.0, 0.04]])
    assert len(efficient_frontier(same, points=5)) == 1
    with pytest.raises(ValueError, match="points: at least 2"):
        efficient_frontier(same, points=1)


def test_targets_are_rounded_to_the_same_sum():
    three = plain([0.05] * 3, (0.01 * np.eye(3)).tolist())
    assert sorted(equal_weight(three).targets().values()) == [33.33, 33.33, 33.34]
    assert sum(equal_weight(three).targets(0).values()) == 100


# --- Black-Litterman ------------------------------------------------------------------------------------------------


def test_without_views_the_market_is_the_answer():
    market = {"A": 70, "B": 30}
    prior = black_litterman(TWO, [], market=market, risk_aversion=3, risk_free=0)
    # 3 x 0.7 x 0.01 and 3 x 0.3 x 0.04 a year.
    assert 252 * prior.mean == pytest.approx([0.021, 0.036])
    assert maximum_sharpe(prior, risk_free=0).weights == pytest.approx([70, 30], abs=1e-3)


def test_a_certain_view_is_met_and_one_of_no_confidence_is_not_heard():
    market = {"A": 50, "B": 50}
    sure = black_litterman(TWO, [View({"A": 1}, 9, confidence=1)], market=market)
    assert 252 * sure.mean[0] == pytest.approx(0.09)
    spread = black_litterman(TWO, [View({"A": 1, "B": -1}, 4, confidence=1)], market=market)
    assert 252 * (spread.mean[0] - spread.mean[1]) == pytest.approx(0.04)
    deaf = black_litterman(TWO, [View({"A": 1}, 9, confidence=0)], market=market)
    assert deaf.mean == pytest.approx(black_litterman(TWO, [], market=market).mean, rel=1e-6)


def test_half_confidence_goes_half_way_for_one_asset():
    # omega = tau p'Cp, so that the posterior of the asset is the mean of prior and view: (2.5 x 0.5 x 0.01 + 0.09) / 2.
    half = black_litterman(TWO, [View({"A": 1}, 9)], market={"A": 50, "B": 50}, risk_free=0)
    assert 252 * half.mean == pytest.approx([(0.0125 + 0.09) / 2, 0.05])


@pytest.mark.parametrize(
    ("views", "market", "told"),
    [
        ([View({"Z": 1}, 5)], {"A": 1}, "Z is not among the assets"),
        ([View({"A": 0}, 5)], {"A": 1}, "view 1 is about nothing"),
        ([View({"A": 1}, 5, 1.5)], {"A": 1}, "confidence: view 1 has 1.5"),
        ([], {"A": 0}, "must not be negative nor all zero"),
        ([], {"A": -1, "B": 3}, "must not be negative nor all zero"),
    ],
)
def test_wrong_views_are_refused(views, market, told):
    with pytest.raises(ValueError, match=told):
        black_litterman(TWO, views, market=market)


# --- estimates ------------------------------------------------------------------------------------------------------


def test_the_covariance_is_that_of_ledoit_and_wolf():
    from sklearn.covariance import LedoitWolf

    found = estimates_of(40)
    assert found.covariance == pytest.approx(LedoitWolf().fit(found.returns).covariance_, rel=1e-12)


@pytest.mark.parametrize(
    ("returns", "told"),
    [
        (np.zeros((19, 2)), "19 sessions are fewer than 20"),
        (np.zeros((30, 3)), "one column for each of 2 assets"),
        (np.column_stack([np.arange(30.0), np.full(30, 0.1)]), "Y has returns that do not vary"),
        (np.column_stack([np.arange(30.0), np.full(30, np.nan)]), "Y has a missing or infinite return"),
    ],
)
def test_returns_that_cannot_be_used_are_told(returns, told):
    with pytest.raises(ValueError, match=told):
        estimate(["X", "Y"], returns)


def test_exactly_one_of_aversion_and_target_is_given():
    for wrong in ({}, {"risk_aversion": 1, "target_return": 5}):
        with pytest.raises(ValueError, match="exactly one"):
            mean_variance(TWO, **wrong)
    with pytest.raises(ValueError, match="above zero"):
        mean_variance(TWO, risk_aversion=0)
