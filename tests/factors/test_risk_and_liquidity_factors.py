"""Risk, liquidity and size: worked out by hand from FORMULAS.md sections 3 and 9."""

import numpy as np
import pytest

from tests.factors.market_builder import codes, cross, make_panel, values

approx = pytest.approx

NAN = np.nan
YEAR = np.sqrt(252.0)


def from_returns(returns: list[float] | np.ndarray, start: float = 100.0) -> np.ndarray:
    """Closes [n + 1, 1] with these returns."""
    return start * np.cumprod(np.r_[1.0, 1.0 + np.asarray(returns)])[:, None]


# --- volatility ---------------------------------------------------------------------------------------------------


def test_volatility_of_alternating_returns():
    # 30 x +2 % and 30 x -2 %: mean 0, variance 60 x 0.0004 / 59
    panel = make_panel(from_returns([0.02, -0.02] * 30))
    assert values(panel, "volatility_60d") == [approx(100 * np.sqrt(60 * 0.0004 / 59) * YEAR)]


def test_volatility_looks_at_sixty_returns_only():
    calm_after_storm = [0.5, -0.4] * 20 + [0.01, -0.01] * 30
    assert values(make_panel(from_returns(calm_after_storm)), "volatility_60d") == [
        approx(100 * np.sqrt(60 * 0.0001 / 59) * YEAR)
    ]


def test_volatility_needs_61_bars():
    assert codes(make_panel(from_returns([0.01] * 59)), "volatility_60d") == ["insufficient_history"]
    assert values(make_panel(from_returns([0.01] * 60)), "volatility_60d") == [approx(0.0, abs=1e-9)]


# --- drawdown, downside, tail -------------------------------------------------------------------------------------


def test_max_drawdown_is_from_the_running_peak_not_from_the_highest_price():
    close = np.full((126, 1), 100.0)
    close[40:, 0], close[60:, 0], close[80:, 0] = 200.0, 120.0, 400.0  # 200 -> 120: 40 %
    close[100:, 0] = 300.0  # 400 -> 300: 25 %
    assert values(make_panel(close), "max_drawdown_252d") == [approx(40.0)]
    assert codes(make_panel(close[1:]), "max_drawdown_252d") == ["insufficient_history"]


def test_max_drawdown_forgets_a_peak_of_more_than_252_bars_ago():
    close = np.full((253, 1), 100.0)
    close[0, 0] = 500.0
    assert values(make_panel(close), "max_drawdown_252d") == [0.0]
    close[1, 0] = 500.0
    assert values(make_panel(close), "max_drawdown_252d") == [approx(80.0)]


def test_downside_deviation_divides_by_all_returns():
    # 126 returns, 14 of them -3 %, the rest +1 %: sqrt(14 x 0.0009 / 126)
    returns = np.full(126, 0.01)
    returns[::9] = -0.03
    panel = make_panel(from_returns(returns))
    assert values(panel, "downside_deviation") == [approx(100 * np.sqrt(14 * 0.0009 / 126) * YEAR)]
    assert codes(make_panel(from_returns(returns[1:])), "downside_deviation") == ["insufficient_history"]


@pytest.mark.parametrize(("n", "worst"), [(126, 7), (140, 7), (141, 8), (252, 13), (300, 13)])
def test_cvar_is_the_mean_of_a_twentieth_of_the_returns_rounded_up(n, worst):
    # Losses of 1, 2, 3 ... basis points; the ceil(n / 20) largest of the last 252 count.
    returns = -np.arange(1, n + 1) / 10_000
    expected = np.mean(np.arange(n - worst + 1, n + 1)) / 100  # percent
    assert values(make_panel(from_returns(returns)), "cvar_95") == [approx(expected)]


def test_cvar_takes_each_column_by_its_own_count():
    long = from_returns(-np.arange(1, 253) / 10_000)
    young = np.full((253, 1), NAN)
    young[-127:] = from_returns(-np.arange(1, 127) / 10_000)
    assert values(make_panel(np.hstack([long, young])), "cvar_95") == [
        approx(np.mean(np.arange(240, 253)) / 100),  # 13 of 252
        approx(np.mean(np.arange(120, 127)) / 100),  # 7 of 126
    ]
    assert codes(make_panel(young[1:-1][-126:]), "cvar_95") == ["insufficient_history"]


# --- against the index --------------------------------------------------------------------------------------------


def test_beta_by_hand():
    # Index +1 %, -1 % in turn; the stock doubles every move and adds 0.1 % a day.
    market = np.array([0.01, -0.01] * 63)
    index = from_returns(market)[:, 0]
    panel = make_panel(from_returns(2 * market + 0.001), index=index)
    assert values(panel, "beta") == [approx(2.0)]
    assert values(panel, "idiosyncratic_volatility") == [approx(0.0, abs=1e-9)]


def test_idiosyncratic_volatility_is_the_std_of_the_residuals_with_ddof_1():
    # Market +1 -1 +1 -1, residual +0.5 +0.5 -0.5 -0.5 (percent): uncorrelated, so they are the OLS residuals.
    market = np.array([0.01, -0.01, 0.01, -0.01] * 32)
    residual = np.array([0.005, 0.005, -0.005, -0.005] * 32)
    panel = make_panel(from_returns(market + residual), index=from_returns(market)[:, 0])
    assert values(panel, "beta") == [approx(1.0)]
    expected = 100 * np.sqrt(128 * 0.005**2 / 127) * YEAR  # n = 128 returns
    assert values(panel, "idiosyncratic_volatility") == [approx(expected)]


@pytest.mark.parametrize("name", ["beta", "idiosyncratic_volatility"])
def test_beta_needs_126_common_returns(name):
    market = np.array([0.01, -0.01] * 63)
    index, close = from_returns(market)[:, 0], from_returns(market)
    assert np.isfinite(values(make_panel(close, index=index), name))
    assert codes(make_panel(close[1:], index=index[1:]), name) == ["insufficient_history"]  # 126 bars
    gap = index.copy()
    gap[50] = NAN  # 127 bars, but only 126 dates in common
    assert codes(make_panel(close, index=gap), name) == ["insufficient_history"]


def test_beta_joins_closes_first_then_takes_returns():
    # The index has no close on one date: the stock's return over that gap is from the date before to the date after.
    rng = np.random.default_rng(5)
    index = from_returns(rng.normal(0, 0.01, 139))[:, 0]
    close = from_returns(rng.normal(0, 0.02, 139))
    holed = index.copy()
    holed[70] = NAN
    kept = np.delete(np.arange(140), 70)
    r, m = close[kept, 0][1:] / close[kept, 0][:-1] - 1, index[kept][1:] / index[kept][:-1] - 1
    assert values(make_panel(close, index=holed), "beta") == [approx(np.cov(r, m)[0, 1] / np.var(m, ddof=1))]


def test_beta_takes_the_last_252_common_returns():
    rng = np.random.default_rng(6)
    market, own = rng.normal(0, 0.01, 259), rng.normal(0, 0.02, 259)
    panel = make_panel(from_returns(own), index=from_returns(market)[:, 0])
    expected = np.cov(own[-252:], market[-252:])[0, 1] / np.var(market[-252:], ddof=1)
    assert values(panel, "beta") == [approx(expected)]


def test_beta_without_a_usable_index():
    close = from_returns([0.01, -0.01] * 70)
    assert codes(make_panel(close), "beta") == ["missing_field"]
    flat = np.full(len(close), 1000.0)
    assert codes(make_panel(close, index=flat), "beta") == ["non_positive_denominator"]
    ended = from_returns([0.01, -0.01] * 70)[:, 0]
    ended[-4:] = NAN  # the last common date is the fifth session from the end: still fresh
    assert np.isfinite(values(make_panel(close, index=ended), "beta"))
    ended[-5:] = NAN
    assert codes(make_panel(close, index=ended), "beta") == ["missing_field"]


# --- liquidity ----------------------------------------------------------------------------------------------------


def test_liquidity_is_the_mean_trading_value_of_twenty_bars_and_its_signal_the_logarithm():
    close = np.full((21, 12), 10.0)
    volume = np.full((21, 12), 100.0)
    volume[0] = 1e9  # the 21st bar back does not count
    volume[-1, 0] = 300.0  # (19 x 1000 + 3000) / 20 = 1100
    volume[-1, 1] = 500.0  # 1200
    found = cross(make_panel(close, volume=volume), "liquidity")
    assert list(found.value[:3]) == approx([1100.0, 1200.0, 1000.0])
    signal = np.log(found.value)
    assert found.score == approx(np.clip((signal - signal.mean()) / signal.std(ddof=1), -3, 3))


def test_liquidity_edges():
    assert codes(make_panel(np.full((19, 1), 10.0)), "liquidity") == ["insufficient_history"]
    assert values(make_panel(np.full((20, 1), 10.0)), "liquidity") == [10_000.0]
    assert codes(make_panel(np.full((20, 1), 10.0), volume=None), "liquidity") == ["missing_field"]
    given = np.full((20, 1), 77.0)  # the source's own trading value wins over C x V
    assert values(make_panel(np.full((20, 1), 10.0), trading_value=given), "liquidity") == [77.0]


def test_the_logarithm_of_no_trading_at_all_is_a_value_without_a_score():
    value = np.full((20, 12), 50.0)
    value[:, 0] = 0.0
    value[-1] *= np.arange(12)
    found = cross(make_panel(np.full((20, 12), 10.0), trading_value=value), "liquidity")
    assert found.value[0] == 0.0
    assert np.isnan(found.score[0])
    assert found.counts() == {"scored": 11, "valued": 12, "non_finite_signal": 1}


def test_turnover_rate():
    panel = make_panel(np.full((3, 4), 10.0), volume=[100, 0, NAN, 100], shares=[2000, 2000, 2000, 0])
    assert values(panel, "turnover_rate") == approx([5.0, 0.0, NAN, NAN], nan_ok=True)
    assert codes(panel, "turnover_rate")[2:] == ["missing_field", "non_positive_denominator"]


def test_amihud_by_hand():
    # 127 bars, 126 returns of +1 % or back (-1/101 ...); trading value 2000 on every bar
    close = np.full((127, 1), 100.0)
    close[1::2] = 101.0
    up, down = 0.01, 1 / 101
    expected = 1e6 * (63 * up + 63 * down) / 126 / 2000
    value = np.full((127, 1), 2000.0)
    assert values(make_panel(close, trading_value=value), "amihud_illiquidity") == [approx(expected)]
    value[0] = 1e-9  # the first bar has no return
    assert values(make_panel(close, trading_value=value), "amihud_illiquidity") == [approx(expected)]


def test_amihud_leaves_out_bars_without_trading_and_needs_sixty_others():
    close = np.full((253, 1), 100.0)
    close[1::2] = 101.0
    value = np.zeros((253, 1))
    value[-60:] = 500.0
    up, down = 0.01, 1 / 101
    assert values(make_panel(close, trading_value=value), "amihud_illiquidity") == [
        approx(1e6 * (30 * up + 30 * down) / 60 / 500)
    ]
    value[-60] = 0.0
    assert codes(make_panel(close, trading_value=value), "amihud_illiquidity") == ["insufficient_history"]
    assert codes(make_panel(close[-126:], trading_value=value[-126:]), "amihud_illiquidity") == ["insufficient_history"]
    assert codes(make_panel(close, volume=None), "amihud_illiquidity") == ["missing_field"]


def test_amihud_looks_at_252_bars():
    close = np.full((254, 1), 100.0)
    close[0], close[1] = 50.0, 400.0  # moves of the bars 252 and 253 back: -75 % is inside, +700 % is not
    value = np.full((254, 1), 1000.0)
    assert values(make_panel(close, trading_value=value), "amihud_illiquidity") == [approx(1e6 * 0.75 / 252 / 1000)]


# --- size ---------------------------------------------------------------------------------------------------------


def test_market_cap_of_the_line_and_its_signal():
    close = np.full((2, 12), 10.0)
    shares = np.arange(1.0, 13.0) * 1000
    cap = np.full(12, NAN)
    cap[0] = 7_000_000.0  # given by the source: wins
    found = cross(make_panel(close, shares=shares, market_cap=cap), "market_cap")
    assert list(found.value[:3]) == [7_000_000.0, 20_000.0, 30_000.0]
    assert found.score[1] == max(found.score)  # small is better
    signal = -np.log(found.value)
    assert found.score == approx(np.clip((signal - signal.mean()) / signal.std(ddof=1), -3, 3))


def test_market_cap_falls_back_to_the_latest_reported_share_count_moved_by_splits():
    reports = [{"i": i, "end": "2024-03-31", "period": "Q", "shares_outstanding": 500.0} for i in range(2)]
    panel = make_panel(np.full((2, 3), 10.0), reports=reports, splits=[(1, "2024-06-01", 3.0)])
    assert values(panel, "market_cap") == approx([5000.0, 15_000.0, NAN], nan_ok=True)
    assert codes(panel, "market_cap")[2] == "missing_field"


def test_market_cap_of_an_adjusted_close_is_unknown():
    panel = make_panel(np.full((2, 2), 10.0), shares=[5, 5], market_cap=[NAN, 99], is_adjusted=[True, True])
    assert np.isnan(values(panel, "market_cap")).all()
    assert codes(panel, "market_cap") == ["missing_field"] * 2


def test_market_cap_of_zero_shares_has_no_logarithm():
    panel = make_panel(np.full((2, 12), 10.0), shares=[0.0, *range(1, 12)])
    found = cross(panel, "market_cap")
    assert found.value[0] == 0.0
    assert found.counts()["non_finite_signal"] == 1


def test_free_float():
    report = {"end": "2024-03-31", "period": "Q", "free_float_shares": 30.0}
    panel = make_panel(np.full((2, 1), 10.0), shares=[120.0], reports=[report])
    assert values(panel, "free_float") == [approx(25.0)]
    assert codes(make_panel(np.full((2, 1), 10.0), shares=[120.0]), "free_float") == ["missing_field"]


def test_etf_preference_is_the_registered_field():
    panel = make_panel(np.full((2, 2), 10.0), extra={"etf_preference": np.array([3.5, NAN])})
    assert values(panel, "etf_preference") == approx([3.5, NAN], nan_ok=True)
    assert codes(panel, "etf_preference")[1] == "missing_field"
    assert codes(make_panel(np.full((2, 2), 10.0), in_universe=[True, False]), "etf_preference") == [
        "field_unavailable",
        "not_in_universe",
    ]
