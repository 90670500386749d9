"""Other people's optimisers: skfolio (its own formulation, through CVXPY) and SciPy's SLSQP.

Compared are objectives, which are unique where weights may not be. Ours may be better, not worse.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from skfolio import RiskMeasure
from skfolio.moments import EquilibriumMu, LedoitWolf
from skfolio.optimization import HierarchicalRiskParity, MeanRisk, ObjectiveFunction, RiskBudgeting
from skfolio.prior import BlackLitterman, EmpiricalPrior

from portfolio.calc.optimisation import (
    Constraints,
    Estimates,
    Group,
    View,
    black_litterman,
    efficient_frontier,
    equal_weight,
    hierarchical_risk_parity,
    maximum_sharpe,
    mean_variance,
    minimum_variance,
    risk_parity,
)
from tests.portfolio.optimisation.assets import estimates_of, names

COUNT = 20
ESTIMATES = estimates_of(COUNT)
FRAME = pd.DataFrame(ESTIMATES.returns, columns=names(COUNT))
SECTORS = [["tech", "bank", "oil", "food"][i % 4] for i in range(COUNT)]
GROUPS = [
    Group("tech", frozenset(n for n, s in zip(names(COUNT), SECTORS, strict=True) if s == "tech"), 30, 40),
    Group("oil", frozenset(n for n, s in zip(names(COUNT), SECTORS, strict=True) if s == "oil"), 0, 10),
]
FREE, BOUND = Constraints(), Constraints(minimum=1, maximum=15, groups=GROUPS)
PRIOR = EmpiricalPrior(covariance_estimator=LedoitWolf())
ASKED = {
    id(FREE): {},
    id(BOUND): {
        "min_weights": 0.01,
        "max_weights": 0.15,
        "groups": [SECTORS],
        "linear_constraints": ["tech >= 0.30", "tech <= 0.40", "oil <= 0.10"],
    },
}


def variance(weights, estimates: Estimates = ESTIMATES):
    return float(weights @ estimates.covariance @ weights)


def sharpe(weights, rate):
    return float((ESTIMATES.mean - rate) @ weights) / variance(weights) ** 0.5


def within(weights, constraints):
    low, high = constraints.bounds(ESTIMATES.assets)
    assert weights.sum() == pytest.approx(1, abs=1e-8)
    assert (weights >= low - 1e-9).all()
    assert (weights <= high + 1e-9).all()
    for group in constraints.groups:
        inside = sum(w for name, w in zip(ESTIMATES.assets, weights, strict=True) if name in group.members)
        assert group.minimum - 1e-4 <= 100 * inside <= group.maximum + 1e-4


def asked(constraints, **more):
    return MeanRisk(prior_estimator=PRIOR, **ASKED[id(constraints)], **more).fit(FRAME).weights_


@pytest.mark.parametrize("constraints", [FREE, BOUND], ids=["free", "bound"])
def test_minimum_variance(constraints):
    ours = minimum_variance(ESTIMATES, constraints).weights / 100
    within(ours, constraints)
    theirs = asked(constraints, objective_function=ObjectiveFunction.MINIMIZE_RISK)
    assert variance(ours) == pytest.approx(variance(theirs), rel=1e-5)
    assert ours == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize("constraints", [FREE, BOUND], ids=["free", "bound"])
def test_maximum_sharpe(constraints):
    rate = 1.02 ** (1 / 252) - 1
    ours = maximum_sharpe(ESTIMATES, constraints).weights / 100
    within(ours, constraints)
    theirs = asked(constraints, objective_function=ObjectiveFunction.MAXIMIZE_RATIO, risk_free_rate=rate)
    assert sharpe(ours, rate) == pytest.approx(sharpe(theirs, rate), rel=1e-5)
    assert sharpe(ours, rate) >= sharpe(theirs, rate) - 1e-8


@pytest.mark.parametrize("aversion", [1, 5, 50])
@pytest.mark.parametrize("constraints", [FREE, BOUND], ids=["free", "bound"])
def test_mean_variance(constraints, aversion):
    def utility(weights):
        return float(ESTIMATES.mean @ weights) - aversion / 2 * variance(weights)

    ours = mean_variance(ESTIMATES, constraints, risk_aversion=aversion).weights / 100
    within(ours, constraints)
    # skfolio maximises mean - aversion x variance.
    theirs = asked(constraints, objective_function=ObjectiveFunction.MAXIMIZE_UTILITY, risk_aversion=aversion / 2)
    assert utility(ours) == pytest.approx(utility(theirs), rel=1e-5)


def test_a_target_return_and_the_frontier():
    frontier = efficient_frontier(ESTIMATES, BOUND, points=6)
    for one in frontier[1:-1]:
        ours = one.weights / 100
        within(ours, BOUND)
        least = float(ESTIMATES.mean @ ours)
        theirs = asked(BOUND, objective_function=ObjectiveFunction.MINIMIZE_RISK, min_return=least * (1 - 1e-7))
        assert variance(ours) == pytest.approx(variance(theirs), rel=1e-4)
        alone = mean_variance(ESTIMATES, BOUND, target_return=one.expected_return)
        assert alone.volatility == pytest.approx(one.volatility, rel=1e-5)
    risks = [one.volatility for one in frontier]
    assert risks == sorted(risks)


def test_turnover():
    now = dict.fromkeys(names(COUNT), 5.0)
    ours = minimum_variance(ESTIMATES, Constraints(turnover=15, current=now)).weights / 100

    def moved(weights):
        return np.abs(weights - 0.05).sum() / 2

    # SLSQP wants it smooth: buys and sales as variables of their own.
    def split(x):
        return 0.05 + x[:COUNT] - x[COUNT:]

    theirs = minimize(
        lambda x: 1e4 * variance(split(x)),
        np.full(2 * COUNT, 0.001),
        bounds=[(0, 1)] * COUNT + [(0, 0.05)] * COUNT,
        constraints=[
            {"type": "eq", "fun": lambda x: split(x).sum() - 1},
            {"type": "ineq", "fun": lambda x: 0.3 - x.sum()},
        ],
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert theirs.success
    assert moved(ours) == pytest.approx(0.15, abs=1e-6)
    assert moved(split(theirs.x)) == pytest.approx(0.15, abs=1e-6)
    assert variance(ours) == pytest.approx(variance(split(theirs.x)), rel=1e-4)


def test_risk_parity():
    ours = risk_parity(ESTIMATES)
    assert ours.risk_shares == pytest.approx(np.full(COUNT, 100 / COUNT), rel=1e-4)
    theirs = RiskBudgeting(prior_estimator=PRIOR, risk_measure=RiskMeasure.VARIANCE).fit(FRAME).weights_
    assert ours.weights / 100 == pytest.approx(theirs, abs=2e-4)


def test_risk_parity_within_constraints():
    def objective(weights):  # the least volatility for a given product of the weights
        return variance(weights) ** 0.5 / np.exp(np.log(weights).mean())

    ours = risk_parity(ESTIMATES, BOUND).weights / 100
    within(ours, BOUND)
    model = RiskBudgeting(prior_estimator=PRIOR, risk_measure=RiskMeasure.STANDARD_DEVIATION, **ASKED[id(BOUND)])
    theirs = model.fit(FRAME).weights_
    assert objective(ours) == pytest.approx(objective(theirs), rel=1e-4)


def test_hierarchical_risk_parity_is_skfolio_s():
    theirs = HierarchicalRiskParity(prior_estimator=PRIOR).fit(FRAME).weights_
    assert hierarchical_risk_parity(ESTIMATES).weights / 100 == pytest.approx(theirs)
    low = hierarchical_risk_parity(ESTIMATES, Constraints(minimum=2, maximum=10, budget=80)).weights
    assert low.sum() == pytest.approx(80)
    assert low.min() >= 2 - 1e-6
    assert low.max() <= 10 + 1e-6


@pytest.mark.parametrize("confidences", [[0.5, 0.5], [0.2, 0.9]])
def test_black_litterman(confidences):
    rate = 1.02 ** (1 / 252) - 1
    views = [
        View({"S000": 1.0}, 12.0, confidences[0]),
        View({"S001": 1.0, "S002": -1.0}, 3.0, confidences[1]),
    ]
    market = {name: float(i + 1) for i, name in enumerate(names(COUNT))}
    ours = black_litterman(ESTIMATES, views, market=market, risk_aversion=2.5)
    shares = np.arange(1, COUNT + 1) / np.arange(1, COUNT + 1).sum()
    prior = EmpiricalPrior(
        covariance_estimator=LedoitWolf(),
        mu_estimator=EquilibriumMu(risk_aversion=2.5, weights=shares, covariance_estimator=LedoitWolf()),
    )
    told = [f"S000 == {0.12 / 252 - rate}", f"S001 - S002 == {0.03 / 252}"]
    model = BlackLitterman(
        told, view_confidences=confidences, tau=0.05, prior_estimator=prior, risk_free_rate=rate
    ).fit(FRAME)
    theirs = model.return_distribution_
    assert ours.mean == pytest.approx(theirs.mu, rel=1e-8)
    assert ours.covariance == pytest.approx(theirs.covariance, rel=1e-8)


@given(st.integers(2, 12), st.integers(0, 1000), st.sampled_from([100.0, 60.0]), st.integers(0, 50))
@settings(max_examples=25, deadline=None)
def test_nothing_allowed_is_better(count, seed, budget, room):
    """Random weights within the constraints have no greater Sharpe ratio, no smaller variance."""
    estimates = estimates_of(count, seed)
    constraints = Constraints(maximum=min(100.0, budget / count + room), budget=budget)
    random = np.random.default_rng(seed)
    some = random.dirichlet(np.ones(count), 300)
    some = some[(100 * some * budget / 100 <= constraints.maximum).all(axis=1)] * budget / 100
    some = np.vstack([some, np.full(count, budget / 100 / count)])
    spread = np.sqrt(np.einsum("ij,jk,ik->i", some, estimates.covariance, some))
    least = minimum_variance(estimates, constraints)
    assert least.weights.sum() == pytest.approx(budget, abs=1e-6)
    assert least.volatility / 100 / 252**0.5 <= spread.min() * (1 + 1e-6)
    best = maximum_sharpe(estimates, constraints, risk_free=-50)
    rate = 0.5 ** (1 / 252) - 1
    ratios = (some @ (estimates.mean - rate)) / spread
    assert best.sharpe_ratio / 252**0.5 >= ratios.max() * (1 - 1e-6)
    assert equal_weight(estimates, constraints).sharpe_ratio is not None
