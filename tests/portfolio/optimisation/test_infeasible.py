"""Constraints that clash are named; none of those named can be left out."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.calc.optimisation import (
    ConstraintError,
    Constraints,
    Group,
    Infeasible,
    efficient_frontier,
    equal_weight,
    hierarchical_risk_parity,
    maximum_sharpe,
    mean_variance,
    minimum_variance,
    risk_parity,
)
from portfolio.calc.optimisation.feasible import require_feasible
from portfolio.calc.optimisation.rows import rows_of
from tests.portfolio.optimisation.assets import estimates_of, plain

FOUR = plain([0.05, 0.06, 0.07, 0.08], [[0.04 if i == j else 0.01 for j in range(4)] for i in range(4)])
TECH = frozenset("AB")

CLASHES = [
    (
        Constraints(maximum=20),
        {"the budget of 100 %", *(f"the maximum 20 % of {name}" for name in "ABCD")},
    ),
    (
        Constraints(minima={"A": 60, "B": 50}),
        {"the budget of 100 %", "the minimum 60 % of A", "the minimum 50 % of B", "the minimum 0 % of C",
         "the minimum 0 % of D"},
    ),
    (
        Constraints(minima={"A": 30}, groups=[Group("tech", TECH, maximum=20)]),
        {"the minimum 30 % of A", "the minimum 0 % of B", "the maximum 20 % of group tech"},
    ),
    (
        Constraints(maximum=40, groups=[Group("tech", TECH, minimum=90)]),
        {"the maximum 40 % of A", "the maximum 40 % of B", "the minimum 90 % of group tech"},
    ),
    (
        Constraints(minima={"C": 40}, turnover=10, current={"A": 100}),
        {"the minimum 40 % of C", "the turnover of at most 10 %"},
    ),
    (
        Constraints(groups=[Group("tech", TECH, 50, 50), Group("rest", frozenset("CD"), 60, 60)]),
        {"the budget of 100 %", "the fixed 50 % of group tech", "the fixed 60 % of group rest"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("constraints", "clash"), CLASHES)
@pytest.mark.parametrize("method", [minimum_variance, maximum_sharpe, risk_parity, equal_weight, efficient_frontier])
def test_the_clash_is_named_whatever_the_method(method, constraints, clash):
    with pytest.raises(Infeasible) as told:
        method(FOUR, constraints)
    assert set(told.value.clash) == clash


@pytest.mark.parametrize(("constraints", "clash"), CLASHES)
def test_none_of_the_named_can_be_left_out(constraints, clash):
    rows = rows_of(FOUR.assets, constraints)
    with pytest.raises(Infeasible) as told:
        require_feasible(rows)
    named = told.value.clash
    for some in itertools.combinations(named, len(named) - 1):
        require_feasible(rows.where(np.isin(rows.names, some)))


def test_the_message_tells_equal_limits_of_several_assets_once():
    with pytest.raises(Infeasible, match=r"budget of 100 %; the maximum 20 % of A, B, C, D$"):
        minimum_variance(FOUR, Constraints(maximum=20))
    with pytest.raises(Infeasible, match=r"S011 and 18 more$"):
        minimum_variance(estimates_of(30), Constraints(maximum=3))


def test_a_return_out_of_reach_is_named():
    with pytest.raises(Infeasible) as told:
        mean_variance(FOUR, Constraints(maxima={"D": 10}), target_return=7.5)
    # At most 10 % at 8 and 90 % at 7: 7.1.
    assert "an expected return of at least 7.5 %" in told.value.clash
    assert "the maximum 10 % of D" in told.value.clash
    assert mean_variance(FOUR, Constraints(maxima={"D": 10}), target_return=7.09).expected_return >= 7.0899


def test_no_ratio_without_an_excess_return():
    with pytest.raises(Infeasible, match=r"above the risk-free 9 % \(the highest possible: "):
        maximum_sharpe(FOUR, risk_free=9)


def test_risk_parity_needs_a_weight_for_everyone():
    with pytest.raises(Infeasible, match="risk parity gives every asset a weight; the maximum 0 % of B"):
        risk_parity(FOUR, Constraints(maxima={"B": 0}))
    with pytest.raises(Infeasible, match="risk parity gives every asset a weight") as told:
        risk_parity(FOUR, Constraints(groups=[Group("rest", frozenset("CD"), 100, 100)]))
    assert "the fixed 100 % of group rest" in told.value.clash


def test_hierarchical_risk_parity_refuses_what_it_does_not_know():
    for unknown in (Constraints(groups=[Group("tech", TECH)]), Constraints(turnover=10)):
        with pytest.raises(ConstraintError, match="knows bounds alone"):
            hierarchical_risk_parity(FOUR, unknown)
    with pytest.raises(Infeasible, match="the budget of 100 %; the maximum 20 % of"):
        hierarchical_risk_parity(FOUR, Constraints(maximum=20))


@pytest.mark.parametrize(
    ("constraints", "told"),
    [
        (Constraints(minimum=30, maximum=20), "A: the minimum 30 is above the maximum 20"),
        (Constraints(minima={"B": 50}, maxima={"B": 40}), "B: the minimum 50 is above the maximum 40"),
        (Constraints(minimum=-5), "A: minimum -5 .* from 0 to 100"),
        (Constraints(groups=[Group("tech", TECH, 50, 40)]), "group tech: the minimum 50 is above the maximum 40"),
        (Constraints(groups=[Group("tech", frozenset("AZ"))]), "group tech: Z is not among the assets"),
        (Constraints(groups=[Group("tech", TECH)] * 2), "groups: a name is there twice"),
        (Constraints(maxima={"Z": 1}), "maxima: Z is not among"),
        (Constraints(current={"Z": 1}), "current: Z is not among"),
        (Constraints(current={"A": float("nan")}), "current: A must have"),
        (Constraints(budget=0), "budget: must be above 0"),
        (Constraints(turnover=-1), "turnover: must not be negative"),
    ],
)
def test_a_constraint_without_sense_is_refused_by_field(constraints, told):
    with pytest.raises(ConstraintError, match=told):
        minimum_variance(FOUR, constraints)


limits = st.integers(0, 60)


@given(
    st.permutations("ABCD"),
    st.lists(limits, min_size=4, max_size=4),
    st.lists(limits, min_size=4, max_size=4),
    st.tuples(limits, limits),
    st.none() | st.integers(0, 40),
)
@settings(max_examples=60, deadline=None)
def test_the_order_of_assets_does_not_change_whether_there_is_an_answer(order, low, room, group, turnover):
    constraints = Constraints(
        minima=dict(zip("ABCD", low, strict=True)),
        maxima={name: least + more for name, least, more in zip("ABCD", low, room, strict=True) if least + more <= 100},
        groups=[Group("tech", TECH, min(group), max(group))],
        turnover=turnover,
        current={"A": 40, "B": 30, "C": 20, "D": 10},
    )
    place = ["ABCD".index(name) for name in order]
    mixed = plain([0.05, 0.06, 0.07, 0.08], FOUR.covariance[place][:, place].tolist())
    mixed = type(mixed)(tuple(order), FOUR.mean[place], FOUR.covariance[place][:, place], mixed.returns)
    one, other = least_volatility(FOUR, constraints), least_volatility(mixed, constraints)
    assert one == (None if other is None else pytest.approx(other, rel=1e-5))


def least_volatility(estimates, constraints):
    """None where the constraints clash."""
    try:
        found = minimum_variance(estimates, constraints)
    except Infeasible:
        return None
    assert found.weights.sum() == pytest.approx(100, abs=1e-6)
    return found.volatility
