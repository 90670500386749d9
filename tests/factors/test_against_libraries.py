"""The same numbers from independent libraries: TA-Lib, empyrical, statsmodels, NumPy, SciPy."""

import empyrical
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import talib
from scipy import stats

from tests.factors.market_builder import cross, make_panel, values

approx = pytest.approx

N = 15


@pytest.fixture(scope="module")
def close() -> np.ndarray:
    """253 bars: 252 returns, so that a library looks at what a factor looks at."""
    rng = np.random.default_rng(7)
    common = rng.normal(0.0003, 0.01, (253, 1))
    return 100 * np.exp(np.cumsum(common * rng.uniform(0.2, 2, N) + rng.normal(0, 0.015, (253, N)), axis=0))


@pytest.fixture(scope="module")
def index() -> np.ndarray:
    return 2500 * np.exp(np.cumsum(np.random.default_rng(8).normal(0.0003, 0.01, 253)))


def each(close: np.ndarray) -> list[pd.Series]:
    days = pd.bdate_range(end="2024-06-28", periods=len(close))
    return [pd.Series(column, index=days) for column in close.T]


def returns_of(close: np.ndarray) -> list[pd.Series]:
    return [series.pct_change().dropna() for series in each(close)]


@pytest.mark.parametrize("bars", [15, 16, 40, 252])
def test_rsi_is_that_of_ta_lib(close, bars):
    expected = [talib.RSI(series.to_numpy()[-bars:], timeperiod=14)[-1] for series in each(close)]
    assert values(make_panel(close[-bars:]), "rsi_momentum") == approx(expected, rel=1e-9)


def test_rsi_of_young_columns_starts_at_their_own_first_bar(close):
    young = close.copy()
    for i in range(N):
        young[: 7 * i, i] = np.nan
    expected = [talib.RSI(series.dropna().to_numpy()[-252:], timeperiod=14)[-1] for series in each(young)]
    assert values(make_panel(young), "rsi_momentum") == approx(expected, rel=1e-9)


def test_max_drawdown_is_that_of_empyrical(close):
    # empyrical starts from an initial capital of 1 before the first return: 252 bars are 251 returns.
    expected = [-100 * empyrical.max_drawdown(returns[-251:]) for returns in returns_of(close)]
    assert values(make_panel(close), "max_drawdown_252d") == approx(expected)


def test_downside_deviation_is_empyrical_s_downside_risk(close):
    expected = [100 * empyrical.downside_risk(returns) for returns in returns_of(close)]  # required return 0, 252 days
    assert values(make_panel(close), "downside_deviation") == approx(expected)


def test_volatility_is_empyrical_s_annual_volatility_of_sixty_returns(close):
    expected = [100 * empyrical.annual_volatility(returns[-60:]) for returns in returns_of(close)]
    assert values(make_panel(close), "volatility_60d") == approx(expected)


def test_cvar_is_empyrical_s_where_both_count_the_same_returns(close):
    # empyrical averages the int((n - 1) x 0.05) + 1 lowest: of 252 and of 141 that is ceil(n / 20) = 13 and 8.
    for n in (252, 141):
        assert int((n - 1) * 0.05) + 1 == -(-n // 20)
        expected = [-100 * empyrical.conditional_value_at_risk(returns[-n:], 0.05) for returns in returns_of(close)]
        assert values(make_panel(close[-n - 1 :]), "cvar_95") == approx(expected)


def test_beta_is_that_of_ordinary_least_squares_and_of_numpy(close, index):
    market = pd.Series(index).pct_change().dropna().to_numpy()
    found = values(make_panel(close, index=index), "beta")
    for i, returns in enumerate(returns_of(close)):
        assert found[i] == approx(sm.OLS(returns.to_numpy(), sm.add_constant(market)).fit().params[1])
        assert found[i] == approx(np.cov(returns, market)[0, 1] / np.var(market, ddof=1))


def test_idiosyncratic_volatility_is_the_std_of_the_residuals_of_statsmodels(close, index):
    market = pd.Series(index).pct_change().dropna().to_numpy()
    expected = [
        100 * np.std(sm.OLS(returns.to_numpy(), sm.add_constant(market)).fit().resid, ddof=1) * np.sqrt(252)
        for returns in returns_of(close)
    ]
    assert values(make_panel(close, index=index), "idiosyncratic_volatility") == approx(expected)


def test_volume_weighted_momentum_is_numpy_s_weighted_average(close):
    volume = np.random.default_rng(9).integers(1, 1000, close.shape).astype(float)
    t = len(close) - 1
    days = np.arange(t - 251, t - 20)  # t-251 to t-21
    expected = [
        100 * np.average([close[d, i] / close[d - 1, i] - 1 for d in days], weights=volume[days, i]) for i in range(N)
    ]
    assert values(make_panel(close, volume=volume), "volume_weighted_momentum") == approx(expected)


def test_scores_and_percentiles_are_those_of_scipy(close):
    found = cross(make_panel(close), "volatility_60d")
    signal = -found.value
    assert found.score == approx(np.clip(stats.zscore(signal, ddof=1), -3, 3))
    assert found.percentile == approx(100 * stats.rankdata(signal) / N)
