"""Concentration of a fund and of a stock list: FORMULAS.md section 6, by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etfs.calc.concentration import (
    concentration_risk,
    effective_holdings,
    hhi_percent,
    top_share,
)

approx = pytest.approx
NAN = float("nan")


def test_hhi_by_hand():
    # 50^2 + 30^2 + 20^2 = 2500 + 900 + 400 = 3800; as fractions 0.38, so 1/0.38 = 2.6316 equal lines
    weight = np.array([50.0, 30.0, 20.0])
    assert hhi_percent(weight) == 3800.0
    assert effective_holdings(3800.0) == approx(1 / 0.38)


def test_hhi_takes_every_line_as_it_is():
    # cash of 2 and a short line of -2 count with their squares: 100^2 + 4 + 4
    assert hhi_percent(np.array([100.0, 2.0, -2.0])) == 10_008.0
    # two lines of one stock stay two: 50^2 + 50^2, not 100^2
    assert hhi_percent(np.array([50.0, 50.0])) == 5000.0


def test_a_line_without_a_weight_is_left_out():
    assert hhi_percent(np.array([60.0, NAN, 40.0])) == 5200.0
    assert np.isnan(hhi_percent(np.array([NAN])))
    assert np.isnan(hhi_percent(np.zeros(0)))
    assert np.isnan(effective_holdings(NAN))
    assert np.isnan(effective_holdings(0.0))


def test_hhi_agrees_with_pandas():
    weight = np.random.default_rng(1).uniform(-1, 5, 300)
    weight[::17] = np.nan
    assert hhi_percent(weight) == approx(pd.Series(weight).pow(2).sum())


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40))
def test_effective_holdings_lie_between_one_and_the_number_of_lines(weights):
    fractions = 100 * np.array(weights) / np.sum(weights)
    assert 1 - 1e-9 <= effective_holdings(hhi_percent(fractions)) <= len(weights) + 1e-9


def test_equal_lines_are_as_many_as_they_are():
    assert effective_holdings(hhi_percent(np.full(25, 4.0))) == approx(25.0)


def test_top_share():
    weight = np.array([5.0, 40.0, NAN, 10.0, -3.0, 25.0])
    assert top_share(weight, 2) == 65.0
    assert top_share(weight, 10) == 80.0  # the short line is not among the largest
    assert np.isnan(top_share(np.array([NAN]), 10))


def test_concentration_risk_of_three_stocks_by_hand():
    # fund 0 holds A 5, B 3; fund 1 holds A 1, B 1, C 1; fund 2 holds C 9; fund 3 holds A 4, C 6
    fund = np.array([0, 0, 1, 1, 1, 2, 3, 3])
    stock = np.array([7, 8, 7, 8, 9, 9, 7, 9])
    weight = np.array([5.0, 3, 1, 1, 1, 9, 4, 6])
    found = concentration_risk(fund, stock, weight, 5)
    assert found.fund.tolist() == [1, 3, 0]  # three stocks first, then 10 % before 8 %
    assert found.count.tolist() == [3, 2, 2]
    assert found.weight.tolist() == [3.0, 10.0, 8.0]
    assert found.level == "HIGH"


def test_two_lines_of_one_stock_are_one_stock():
    fund, stock, weight = np.array([0, 0, 1, 1]), np.array([1, 1, 1, 2]), np.array([6.0, 6, 2, 3])
    found = concentration_risk(fund, stock, weight, 2)
    assert found.fund.tolist() == [1]
    assert found.level == "LOW"


def test_ties_keep_the_order_of_the_funds_and_shorts_do_not_hold():
    fund = np.array([2, 2, 1, 1, 0, 0])
    stock = np.array([1, 2, 1, 2, 1, 2])
    found = concentration_risk(fund, stock, np.array([3.0, 2, 1, 4, 5, -1]), 3)
    assert found.fund.tolist() == [1, 2]  # 5 % each; fund 0 is short of the second


def test_nothing_held_is_low():
    nothing = concentration_risk(np.zeros(0, int), np.zeros(0, int), np.zeros(0), 3)
    assert nothing.fund.tolist() == []
    assert nothing.level == "LOW"


def test_wrong_arrays_are_refused():
    with pytest.raises(ValueError, match="outside"):
        concentration_risk(np.array([3]), np.array([1]), np.array([1.0]), 3)
    with pytest.raises(ValueError, match="one each"):
        concentration_risk(np.array([0]), np.array([1, 2]), np.array([1.0]), 3)
