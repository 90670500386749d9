"""Against a benchmark: FORMULAS.md sections 4 and 9, by hand."""

import numpy as np
import pytest

from portfolio.calc.statistics import all_statistics, statistics_of
from portfolio.calc.statistics import benchmark as b
from tests.portfolio.statistics.tracks import NAN, from_returns, made_up, track

approx = pytest.approx

MARKET = [0.01, -0.02, 0.03, 0.02]
OWN = [0.03, -0.03, 0.07, 0.05]  # 2 x market + 0.01, each


@pytest.fixture
def doubled():
    return from_returns(OWN, MARKET, risk_free=0.0)


def test_a_straight_line_has_its_slope_and_intercept(doubled):
    assert b.beta(doubled) == approx(2.0)
    assert b.alpha(doubled) == approx(252.0)  # 1 % a session, not compounded


def test_beta_and_alpha_of_a_cloud():
    # market -1, 0, 1; own 0, 3, 3 (percent): cov = 3 / 2, var = 2 / 2; intercept = 2
    one = from_returns([0, 0.03, 0.03], [-0.01, 0, 0.01])
    assert b.beta(one) == approx(1.5)
    assert b.alpha(one) == approx(2 * 252)


def test_treynor_ratio_is_a_fraction(doubled):
    # mean of own = 0.03: 0.03 x 252 / 2 = 3.78
    assert b.treynor_ratio(doubled) == approx(3.78)


def test_tracking_error_and_information_ratio(doubled):
    # differences 2, -1, 4, 3 percent: mean 2, squares 0 + 9 + 4 + 1 = 14, std sqrt(14/3)
    assert b.tracking_error(doubled) == approx(np.sqrt(14 / 3 * 252))
    assert b.information_ratio(doubled) == approx(2 / np.sqrt(14 / 3) * np.sqrt(252))


def test_excess_return():
    one = track([100, 105, 120], [50, 60, 55])
    assert b.benchmark_return(one) == approx(10.0)
    assert b.excess_return(one) == approx(10.0)


def test_without_a_benchmark_there_is_nothing_to_compare_with():
    found = statistics_of(track([100, 105, 120, 90]))
    needs = [one.name for one in all_statistics() if one.needs_benchmark]
    assert len(needs) == 7
    assert [found[name] for name in needs] == [None] * 7


def test_a_constant_benchmark_has_no_beta():
    one = track([100, 105, 101, 120], [50.0] * 4)
    assert (b.beta(one), b.alpha(one), b.treynor_ratio(one)) == (None, None, None)
    assert b.excess_return(one) == approx(20.0)


def test_a_beta_of_zero_has_no_treynor_ratio():
    one = from_returns([0.01, 0.02, 0.01, 0.02], [0.01, 0.01, -0.01, -0.01])
    assert b.beta(one) == approx(0.0, abs=1e-12)
    assert b.treynor_ratio(one) is None


def test_the_benchmark_itself_has_beta_one_and_nothing_else():
    one = made_up(300)
    itself = type(one)(one.benchmark, one.dates, one.benchmark)
    assert b.beta(itself) == approx(1.0)
    assert b.alpha(itself) == approx(0.0, abs=1e-9)
    assert (b.tracking_error(itself), b.excess_return(itself)) == (0.0, 0.0)
    assert b.information_ratio(itself) is None


def test_a_missing_level_costs_the_return_of_its_session_and_of_the_next():
    one = track([100, 101, 103, 104, 102, 107], [50, 51, NAN, 52, 53, 52])
    assert one.pairs.own == approx([101 / 100 - 1, 102 / 104 - 1, 107 / 102 - 1])
    assert one.pairs.benchmark == approx([51 / 50 - 1, 53 / 52 - 1, 52 / 53 - 1])
    kept = [101 / 100 - 1, 102 / 104 - 1, 107 / 102 - 1]
    assert b.beta(one) == approx(np.polyfit([51 / 50 - 1, 53 / 52 - 1, 52 / 53 - 1], kept, 1)[0])


def test_total_returns_are_compared_over_the_dates_the_benchmark_knows():
    one = track([100, 110, 120, 130, 65], [NAN, 50, 51, 52, NAN])
    assert b.benchmark_return(one) == approx(4.0)
    assert b.excess_return(one) == approx(100 * (130 / 110 - 52 / 50))


def test_one_common_return_is_not_enough():
    one = track([100, 101, 103, 104], [50, 51, NAN, 52])
    assert b.beta(one) is None
    assert b.excess_return(one) is None
