"""The same figures from three independent families - empyrical, ffn, skfolio - and from SciPy and statsmodels.

To 1e-9 where definitions agree; where they do not, the test says how and holds both to the same returns.
"""

import empyrical
import ffn
import numpy as np
import pandas as pd
import pytest
import skfolio.measures as sk
import statsmodels.api as sm
from scipy import stats

from portfolio.calc.statistics import (
    Track,
    concentration,
    deepest_drawdowns,
    deflated_sharpe_ratio,
    effective_assets,
    monthly_returns,
    return_table,
    rolling_sharpe,
    rolling_volatility,
    sharpe_probability,
    statistics_of,
    yearly_returns,
)
from tests.portfolio.statistics.tracks import made_up

AGREED = 1e-9
YEAR = np.sqrt(252)


def agrees(expected, *, abs: float = AGREED):
    return pytest.approx(expected, rel=AGREED, abs=abs)


@pytest.fixture(params=[(701, 1), (252, 2), (2500, 3), (61, 4), (2, 5)], ids=lambda one: f"{one[0]} returns")
def one(request) -> Track:
    count, seed = request.param
    return made_up(count, seed)


@pytest.fixture
def found(one) -> dict[str, float | None]:
    return statistics_of(one)


@pytest.fixture
def prices(one) -> pd.Series:
    return pd.Series(one.values, index=pd.DatetimeIndex(one.dates))


@pytest.fixture
def returns(prices) -> pd.Series:
    return prices.pct_change().iloc[1:]


@pytest.fixture
def market(one, returns) -> pd.Series:
    return pd.Series(one.benchmark[1:] / one.benchmark[:-1] - 1, index=returns.index)


# --- empyrical ----------------------------------------------------------------------------------------------------


def test_empyrical_finds_the_same(one, found, returns, market):
    rate = one.risk_free_session
    expected = {
        "total_return": 100 * empyrical.cum_returns_final(returns),
        "volatility": 100 * empyrical.annual_volatility(returns),
        "sharpe_ratio": empyrical.sharpe_ratio(returns, risk_free=rate),
        "downside_volatility": 100 * empyrical.downside_risk(returns, required_return=rate),
        "sortino_ratio": empyrical.sortino_ratio(returns, required_return=rate),
        "max_drawdown": -100 * empyrical.max_drawdown(returns),
        "var_95_1d": -100 * empyrical.value_at_risk(returns, 0.05),
        "var_99_1d": -100 * empyrical.value_at_risk(returns, 0.01),
        "beta": empyrical.beta(returns, market),
        "information_ratio": empyrical.excess_sharpe(returns, market) * YEAR,  # theirs is that of a session
        "tracking_error": 100 * empyrical.annual_volatility(returns - market),
        "excess_return": 100 * (empyrical.cum_returns_final(returns) - empyrical.cum_returns_final(market)),
    }
    assert {name: found[name] for name in expected} == {name: agrees(figure) for name, figure in expected.items()}


def test_empyrical_compounds_alpha_which_is_the_same_before(found, returns, market):
    session = (1 + empyrical.alpha(returns, market)) ** (1 / 252) - 1
    assert found["alpha"] / 100 / 252 == agrees(session)


def test_empyrical_counts_years_as_sessions_by_252(one, found, returns):
    # the same growth over n / 252 years instead of calendar days / 365.25
    theirs = np.log1p(empyrical.cagr(returns)) * len(returns) / 252
    assert np.log1p(found["annualized_return"] / 100) * one.days / 365.25 == agrees(theirs)
    assert empyrical.calmar_ratio(returns) * found["max_drawdown"] == agrees(100 * empyrical.cagr(returns))


def test_empyrical_s_cvar_is_the_same_without_ties(one, found):
    # the int((n - 1) x 0.05) + 1 lowest are those at or below the quantile, unless more of them lie exactly there
    for share, name in ((0.05, "cvar_95"), (0.01, "cvar_99")):
        assert found[name] == agrees(-100 * empyrical.conditional_value_at_risk(one.returns, share))


def test_empyrical_finds_the_same_windows_and_months(one, returns):
    window = 60
    if len(returns) >= window:
        rate = one.risk_free_session
        sharpe = empyrical.roll_sharpe_ratio(returns, window, risk_free=rate)
        assert rolling_sharpe(one, window)[window - 1 :] == agrees(np.asarray(sharpe))
        volatility = empyrical.roll_annual_volatility(returns, window)
        assert rolling_volatility(one, window)[window - 1 :] == agrees(100 * np.asarray(volatility))
    for found, unit in ((monthly_returns(one), "monthly"), (yearly_returns(one), "yearly")):
        assert found.percent == agrees(100 * empyrical.aggregate_returns(returns, unit).to_numpy())


# --- ffn ----------------------------------------------------------------------------------------------------------


def test_ffn_finds_the_same(one, found, prices, returns, market):
    deflated = {"rf": one.risk_free, "nperiods": 252}
    expected = {
        "total_return": 100 * ffn.calc_total_return(prices),
        "annualized_return": 100 * ffn.calc_cagr(prices),  # calendar days by 365.25 as well
        "max_drawdown": -100 * ffn.calc_max_drawdown(prices),
        "current_drawdown": -100 * ffn.to_drawdown_series(prices).iloc[-1],
        "sharpe_ratio": ffn.calc_sharpe(returns, **deflated),
        "sortino_ratio": ffn.calc_sortino_ratio(returns, **deflated),
        "calmar_ratio": ffn.calc_calmar_ratio(prices),
        "information_ratio": ffn.calc_information_ratio(returns, market) * YEAR,  # theirs is that of a session
    }
    assert {name: found[name] for name in expected} == {name: agrees(figure) for name, figure in expected.items()}


def test_ffn_s_report_has_the_same_days(one, found, prices):
    n = one.sessions
    if n < 4:
        return
    report = ffn.calc_perf_stats(prices, risk_free_rate=one.risk_free)
    assert (found["best_day"], found["worst_day"]) == (agrees(100 * report.best_day), agrees(100 * report.worst_day))
    assert found["volatility"] == agrees(100 * report.daily_vol)
    # pandas' skewness and kurtosis are corrected for the size of the sample
    assert found["skewness"] * np.sqrt(n * (n - 1)) / (n - 2) == agrees(report.daily_skew)
    assert ((n + 1) * found["kurtosis"] + 6) * (n - 1) / (n - 2) / (n - 3) == agrees(report.daily_kurt)


def test_ffn_s_table_of_months_is_the_same(one, prices):
    if one.sessions < 60:
        return
    table = ffn.calc_perf_stats(prices, risk_free_rate=one.risk_free).return_table
    found = return_table(one)
    assert table.index.tolist() == found.years.tolist()
    assert np.nan_to_num(found.months) == agrees(100 * table.to_numpy()[:, :12])  # theirs: 0 without a session
    assert found.totals == agrees(100 * table["YTD"].to_numpy())


def test_ffn_s_falls_are_the_same(one, prices):
    # theirs start on the first session below the peak and last calendar days; depth and recovery are the same
    theirs = ffn.drawdown_details(ffn.to_drawdown_series(prices))
    found = deepest_drawdowns(one, 10_000)
    assert len(found) == len(theirs)
    by_start = {one.dates[np.searchsorted(one.dates, fall.start) + 1]: fall for fall in found}
    for start, end, depth in zip(theirs["Start"], theirs["End"], theirs["drawdown"], strict=True):
        fall = by_start[start.to_datetime64().astype("datetime64[D]")]
        last = one.dates[-1] if fall.recovery is None else fall.recovery
        assert end.to_datetime64() == last
        assert fall.depth == agrees(-100 * depth)


def test_ffn_deflates_as_much_but_for_the_size_of_the_sample(one, returns):
    # ffn corrects skewness and kurtosis for the size of the sample; with 2,500 returns that is in the fourth digit
    if one.sessions < 2500:
        return
    trials = np.random.default_rng(5).normal(0.3, 0.5, 30)
    theirs = ffn.core.calc_deflated_sharpe_ratio(returns, trials, rf=one.risk_free, nperiods=252)
    assert deflated_sharpe_ratio(one, trials) == pytest.approx(theirs, abs=1e-4)


# --- skfolio ------------------------------------------------------------------------------------------------------


def test_skfolio_finds_the_same(one, found):
    rate, r = one.risk_free_session, one.returns
    drawdowns = sk.get_drawdowns(r, compounded=True)
    expected = {
        "volatility": 100 * sk.standard_deviation(r) * YEAR,
        "sharpe_ratio": (sk.mean(r) - rate) / sk.standard_deviation(r) * YEAR,
        "downside_volatility": 100 * sk.semi_deviation(r, min_acceptable_return=rate, biased=True) * YEAR,
        "max_drawdown": 100 * sk.max_drawdown(drawdowns),
        "current_drawdown": -100 * drawdowns[-1],
        "worst_day": -100 * sk.worst_realization(r),
        "skewness": sk.skew(r),
        "kurtosis": sk.kurtosis(r) - 3,  # theirs is not in excess of the normal one
        "tracking_error": 100 * sk.standard_deviation(one.pairs.own - one.pairs.benchmark) * YEAR,
    }
    assert {name: found[name] for name in expected} == {name: agrees(figure) for name, figure in expected.items()}


def test_skfolio_s_probability_and_deflation_are_the_same(one, found):
    if one.sessions < 3:
        return
    rate, trials = one.risk_free_session, np.random.default_rng(6).normal(0.3, 0.5, 30)
    theirs = sk.probabilistic_sharpe_ratio(one.returns, risk_free_rate=rate)
    assert found["probabilistic_sharpe_ratio"] == agrees(theirs)
    against = sk.probabilistic_sharpe_ratio(one.returns, benchmark_sharpe_ratio=0.5 / YEAR, risk_free_rate=rate)
    assert sharpe_probability(one, 0.5) == agrees(against)
    assert deflated_sharpe_ratio(one, trials) == agrees(sk.deflated_sharpe_ratio(one.returns, trials / YEAR, rate))


def test_skfolio_s_var_is_a_step_between_the_returns_that_ours_lies_between(one, found):
    # theirs: the (k + 1)-th largest loss; ours interpolates between it and its neighbour
    for level, name in ((0.95, "95"), (0.99, "99")):
        position = (one.sessions - 1) * (1 - level)
        worse, better = (
            -100 * one.ascending[int(position)],
            -100 * one.ascending[min(int(position) + 1, one.sessions - 1)],
        )
        assert better - AGREED <= 100 * sk.value_at_risk(one.returns, level) <= worse + AGREED
        assert better - AGREED <= found[f"var_{name}_1d"] <= worse + AGREED
        # theirs averages exactly 5 % of the probability, ours the returns at or below the quantile
        assert found[f"cvar_{name}"] == pytest.approx(100 * sk.cvar(one.returns, level), rel=0.1)


def test_skfolio_s_effective_number_is_the_same():
    weights = np.random.default_rng(7).dirichlet(np.ones(30))
    assert effective_assets(weights) == agrees(sk.effective_number_assets(weights))
    assert 1 / concentration(weights) == agrees(sk.effective_number_assets(weights))


# --- SciPy and statsmodels ----------------------------------------------------------------------------------------


def test_scipy_finds_the_same_shape_and_normal_quantiles(one, found):
    r = one.returns
    assert found["skewness"] == agrees(stats.skew(r))
    assert found["kurtosis"] == agrees(stats.kurtosis(r))
    for name, share in (("var_95_1d_normal", 0.05), ("var_99_1d_normal", 0.01)):
        assert found[name] == agrees(-100 * stats.norm.ppf(share, r.mean(), r.std(ddof=1)))


def test_statsmodels_regression_has_the_same_line(found, returns, market):
    intercept, slope = sm.OLS(returns.to_numpy(), sm.add_constant(market.to_numpy())).fit().params
    assert (found["alpha"], found["beta"]) == (agrees(100 * 252 * intercept, abs=1e-8), agrees(slope))
