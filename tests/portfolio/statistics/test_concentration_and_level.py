"""Concentration, effective number, diversification, risk level: FORMULAS.md section 4."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.calc.statistics import (
    RiskLevel,
    RiskThresholds,
    concentration,
    diversification_ratio,
    effective_assets,
    risk_level,
)

approx = pytest.approx


def test_concentration_by_hand():
    # 0.5^2 + 0.3^2 + 0.2^2 = 0.38
    weights = np.array([0.5, 0.3, 0.2])
    assert concentration(weights) == approx(0.38)
    assert effective_assets(weights) == approx(1 / 0.38)


def test_weights_are_taken_as_given():
    assert concentration(np.array([0.5])) == 0.25  # half of the money is not scaled to all of it
    assert concentration(np.array([0.6, -0.2])) == approx(0.4)


def test_nothing_has_no_concentration():
    assert concentration(np.zeros(0)) is None
    assert effective_assets(np.zeros(0)) is None
    assert effective_assets(np.zeros(3)) is None


def test_diversification_by_hand():
    # half each of 20 % and 30 %, uncorrelated: (0.1 + 0.15) / sqrt(0.1^2 + 0.15^2)
    table = np.diag([0.04, 0.09])
    assert diversification_ratio(np.array([0.5, 0.5]), table) == approx(0.25 / np.sqrt(0.0325))
    # perfectly correlated: nothing is diversified
    assert diversification_ratio(np.array([0.5, 0.5]), np.outer([0.2, 0.3], [0.2, 0.3])) == approx(1.0)


def test_a_perfect_hedge_has_no_ratio():
    assert diversification_ratio(np.array([0.6, 0.4]), np.outer([0.2, -0.3], [0.2, -0.3])) is None
    assert diversification_ratio(np.array([1.0]), np.zeros((1, 1))) is None


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"2 weights need a covariance of as many rows and columns, not \(3, 3\)"):
        diversification_ratio(np.array([0.5, 0.5]), np.eye(3))
    with pytest.raises(ValueError, match="missing or infinite"):
        concentration(np.array([0.5, np.nan]))


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=20))
def test_equal_risks_diversify_to_the_root_of_the_effective_number(parts):
    weights = np.array(parts) / np.sum(parts)
    assert diversification_ratio(weights, 0.04 * np.eye(len(weights))) == approx(effective_assets(weights) ** 0.5)


@pytest.mark.parametrize(
    ("volatility", "level"),
    [(0.0, "VERY_LOW"), (4.99, "VERY_LOW"), (5.0, "LOW"), (9.9, "LOW"), (10.0, "MODERATE"), (19.9, "MODERATE"),
     (20.0, "HIGH"), (29.9, "HIGH"), (30.0, "VERY_HIGH"), (300.0, "VERY_HIGH")],
)  # fmt: skip
def test_risk_levels(volatility, level):
    assert risk_level(volatility) == level
    assert isinstance(risk_level(volatility), RiskLevel)


def test_thresholds_can_be_set_and_must_ascend():
    assert risk_level(12.0, RiskThresholds(3, 6, 9, 12)) is RiskLevel.VERY_HIGH
    assert risk_level(None) is None
    with pytest.raises(ValueError, match="thresholds must ascend"):
        RiskThresholds(low=10.0)
