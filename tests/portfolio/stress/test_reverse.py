"""The smallest shock that loses that much: by hand, and against general solvers."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from portfolio.calc.stress import NoSuchLoss, reverse_stress

# Volatilities of 10 and 20 percent, uncorrelated.
COVARIANCE = np.diag([0.01, 0.04])


def test_by_hand():
    # w'Cw = 0.25 x 0.01 + 0.25 x 0.04 = 0.0125; C w = (0.005, 0.02); 10 % lost: s = -0.1 / 0.0125 x C w = -4, -16 %.
    found = reverse_stress(["A", "B"], np.array([50, 50]), COVARIANCE, loss=10)
    assert found.changes == pytest.approx([-4, -16])
    assert found.contributions == pytest.approx([-2, -8])
    assert found.distance == pytest.approx(0.1 / 0.0125**0.5)
    assert found.probability == pytest.approx(norm.cdf(-0.1 / 0.0125**0.5))
    assert found.limited == ()


def test_a_longer_time_makes_it_likelier():
    found = reverse_stress(["A", "B"], np.array([50, 50]), COVARIANCE, loss=10, sessions=4)
    assert found.changes == pytest.approx([-4, -16])
    assert found.distance == pytest.approx(0.1 / (4 * 0.0125) ** 0.5)


def test_nothing_falls_by_more_than_everything():
    # Free, 70 % lost would be (-28, -112); with B at -100 % it gives 50, and A must give the 20 by -40 %.
    found = reverse_stress(["A", "B"], np.array([50, 50]), COVARIANCE, loss=70)
    assert found.changes == pytest.approx([-40, -100])
    assert found.limited == ("B",)
    # sqrt(0.4^2 / 0.01 + 1^2 / 0.04)
    assert found.distance == pytest.approx((16 + 25) ** 0.5)
    assert reverse_stress(["A", "B"], np.array([50, 50]), COVARIANCE, loss=100).changes == pytest.approx([-100, -100])


def test_cash_cannot_be_lost():
    with pytest.raises(NoSuchLoss, match="61 % is more than the 60 % that is invested"):
        reverse_stress(["A"], np.array([60]), np.array([[0.04]]), loss=61)
    with pytest.raises(NoSuchLoss, match="no risk"):
        reverse_stress(["A"], np.array([0]), np.array([[0.04]]), loss=1)


@pytest.mark.parametrize(
    ("weights", "covariance", "loss", "told"),
    [
        ([50], COVARIANCE, 10, "need as many weights"),
        ([50, 50], COVARIANCE, 0, "not above zero"),
        ([50, 50], COVARIANCE, np.inf, "infinite"),
        ([50, np.nan], COVARIANCE, 1, "missing"),
        ([50, -50], COVARIANCE, 1, "short positions"),
    ],
)
def test_wrong_questions_are_refused(weights, covariance, loss, told):
    with pytest.raises(ValueError, match=told):
        reverse_stress(["A", "B"], np.array(weights), covariance, loss=loss)


@given(st.integers(1, 12), st.integers(0, 10_000), st.sampled_from([5.0, 30.0, 60.0, 85.0, 95.0]))
@settings(max_examples=40, deadline=None)
def test_no_shock_of_a_general_solver_is_smaller(count, seed, loss):
    random = np.random.default_rng(seed)
    root = random.normal(0, 0.02, (count, count)) * random.uniform(0.2, 3, (count, 1))
    covariance = root @ root.T + 1e-5 * np.eye(count)
    weights = 100 * random.dirichlet(np.ones(count))
    names = [str(i) for i in range(count)]
    found = reverse_stress(names, weights, covariance, loss=loss)
    assert found.contributions.sum() == pytest.approx(-loss, abs=1e-6)
    assert (found.changes >= -100 - 1e-6).all()
    moves = cp.Variable(count)  # in a basis of independent unit shocks
    factor = np.linalg.cholesky(covariance)
    limits = [weights / 100 @ factor @ moves == -loss / 100, factor @ moves >= -1]
    problem = cp.Problem(cp.Minimize(cp.sum_squares(moves)), limits)
    problem.solve(solver=cp.CLARABEL)
    assert found.distance == pytest.approx(problem.value**0.5, rel=1e-4)
    shock = found.changes / 100
    assert found.distance == pytest.approx((shock @ np.linalg.solve(covariance, shock)) ** 0.5, rel=1e-5)
