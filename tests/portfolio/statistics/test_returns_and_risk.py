"""Return, risk and ratios: FORMULAS.md section 4, worked by hand."""

import numpy as np
import pytest

from portfolio.calc.statistics import Track, statistics_of
from portfolio.calc.statistics.ratios import calmar_ratio, sharpe_ratio, sortino_ratio
from portfolio.calc.statistics.returns import annualized_return, best_day, total_return, worst_day
from portfolio.calc.statistics.risk import downside_volatility, kurtosis, skewness, volatility
from tests.portfolio.statistics.tracks import from_returns, track

approx = pytest.approx

# r = +10 %, -10 %, +10 %: the mean is 1/30; distances 1/15, -2/15, 1/15; their squares sum to 6/225.
THREE = [100, 110, 99, 108.9]


def test_total_return():
    assert total_return(track(THREE)) == approx(8.9)


def test_best_and_worst_day():
    assert (best_day(track(THREE)), worst_day(track(THREE))) == (approx(10.0), approx(-10.0))


def test_annualized_return_counts_calendar_days():
    # 731 days from 2022-12-31 to 2024-12-31; 1.21^(365.25/731) - 1
    dates = np.array(["2022-12-31", "2023-06-30", "2024-12-31"], dtype="datetime64[D]")
    assert annualized_return(Track(np.array([100.0, 105, 121]), dates)) == approx(100 * (1.21 ** (365.25 / 731) - 1))
    # exactly four years of 1,461 days: the fourth root of 1.4641 is 1.1
    dates = np.array(["2020-01-01", "2021-01-01", "2024-01-01"], dtype="datetime64[D]")
    assert annualized_return(Track(np.array([100.0, 90, 146.41]), dates)) == approx(10.0)


def test_annualized_return_of_an_impossible_week_is_none():
    # a thousandfold every day for a week: a number with 800 digits
    assert annualized_return(track(10.0 ** np.arange(0, 24, 3))) is None


def test_volatility():
    # var = 6/225 / 2 = 1/75; 100 x sqrt(252/75) = 183.303
    assert volatility(track(THREE)) == approx(100 * np.sqrt(252 / 75))


def test_sharpe_ratio():
    # (1/30) / sqrt(1/75) x sqrt(252) = sqrt(75)/30 x sqrt(252) = sqrt(21)
    assert sharpe_ratio(track(THREE, risk_free=0.0)) == approx(np.sqrt(21))
    # a rate of 1.01^252 - 1 a year is 1 % a session: mean 1/30 - 1/100 = 7/300
    assert sharpe_ratio(track(THREE, risk_free=1.01**252 - 1)) == approx(np.sqrt(21) * 0.7)


def test_the_default_rate_is_two_percent_a_year():
    assert track(THREE).risk_free_session == approx(1.02 ** (1 / 252) - 1)


def test_downside_volatility_and_sortino_ratio():
    # of three returns one is below 0: sqrt(0.01 / 3 x 252) = sqrt(0.84)
    calm = track(THREE, risk_free=0.0)
    assert downside_volatility(calm) == approx(100 * np.sqrt(0.84))
    assert sortino_ratio(calm) == approx(252 / 30 / np.sqrt(0.84))
    # with 1 % a session: -0.11 below, 7/300 earned
    dear = track(THREE, risk_free=1.01**252 - 1)
    assert downside_volatility(dear) == approx(100 * np.sqrt(0.11**2 / 3 * 252))
    assert sortino_ratio(dear) == approx(252 * 7 / 300 / np.sqrt(0.11**2 / 3 * 252))


def test_sortino_ratio_without_a_return_below_the_rate_is_none():
    rising = track([100, 101, 103])
    assert downside_volatility(rising) == 0.0
    assert sortino_ratio(rising) is None


def test_calmar_ratio():
    # 10 % a year for four years, the lowest value 90 of 100: 10 / 10
    dates = np.array(["2020-01-01", "2021-01-01", "2024-01-01"], dtype="datetime64[D]")
    assert calmar_ratio(Track(np.array([100.0, 90, 146.41]), dates)) == approx(1.0)
    assert calmar_ratio(track([100, 101, 103])) is None


def test_skewness_and_kurtosis_are_those_of_the_population():
    # distances 1, -2, 1 (in units of 1/15): m2 = 2, m3 = -2, m4 = 6; -2/2^1.5 = -1/sqrt(2); 6/4 - 3 = -1.5
    assert skewness(track(THREE)) == approx(-1 / np.sqrt(2))
    assert kurtosis(track(THREE)) == approx(-1.5)


def test_the_same_return_every_session_has_no_spread():
    steady = from_returns([0.001] * 300)
    found = statistics_of(steady)
    assert found["volatility"] == 0.0
    assert found["max_drawdown"] == 0.0
    assert found["var_95_1d"] == approx(-0.1)
    assert found["cvar_95"] == approx(-0.1)
    assert found["var_95_1d_normal"] == approx(-0.1)
    without = ("sharpe_ratio", "sortino_ratio", "calmar_ratio", "skewness", "kurtosis", "var_95_1d_cornish_fisher",
               "probabilistic_sharpe_ratio")  # fmt: skip
    assert [found[name] for name in without] == [None] * len(without)


def test_rounding_is_measured_by_the_size_of_the_returns():
    # a hundred-thousandfold every session, and its last bits: they scatter by more than 1e-12, but not of themselves
    wild = track(1e-40 * 123456.789 ** np.arange(12))
    assert wild.returns.std(ddof=1) > 1e-12
    found = statistics_of(wild)
    assert (found["volatility"], found["sharpe_ratio"]) == (0.0, None)


def test_a_total_loss_stays_one():
    lost = track([100, 50, 0, 0])
    assert lost.returns.tolist() == [-0.5, -1.0, 0.0]
    assert (total_return(lost), annualized_return(lost), worst_day(lost)) == (-100.0, -100.0, -100.0)
    found = statistics_of(lost)
    assert (found["max_drawdown"], found["current_drawdown"], found["drawdown_duration"]) == (100.0, 100.0, 3.0)
