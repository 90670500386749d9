"""Trailing returns, volatility, Sharpe ratio and the table of all, against pandas, empyrical and worked examples."""

import empyrical
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calc.months import months_before
from market.panel import LastBar, Panel
from portfolio.calc.indicators import INDICATORS, indicators_of, sharpe, trailing_returns, volatilities
from tests.portfolio.indicators.bars import NAN, made_up

EPOCH = pd.Timestamp("1970-01-01")


def day_number(text: str) -> int:
    return (pd.Timestamp(text) - EPOCH).days


@given(st.dates(min_value=pd.Timestamp("1980-01-01").date()), st.sampled_from([1, 3, 6, 12, 36, 60]))
def test_months_before_are_those_of_pandas(date, months):
    expected = pd.Timestamp(date) - pd.DateOffset(months=months)
    assert EPOCH + pd.Timedelta(days=int(months_before(np.array([day_number(str(date))]), months)[0])) == expected


def test_months_before_the_last_of_march_is_the_last_of_february():
    days = np.array([day_number("2025-03-31"), day_number("2024-03-31"), day_number("2025-03-15")])
    assert [str(day) for day in months_before(days, 1).astype("datetime64[D]")] == [
        "2025-02-28", "2024-02-29", "2025-02-15"
    ]  # fmt: skip


def test_returns_by_hand():
    # a month before Friday 14 March 2025 there is a bar; three months before is a Saturday: that Friday's counts
    dates = ["2024-12-13", "2024-12-16", "2025-02-14", "2025-02-17", "2025-03-14"]
    close = np.array([[80.0, NAN], [100.0, NAN], [90.0, NAN], [10.0, 50.0], [120.0, 60.0]])
    days = np.array([[day_number(text)] * 2 for text in dates], dtype=np.int32)
    days[:3, 1] = 0
    found = trailing_returns(days, close)
    assert found["return_1m"] == pytest.approx([100 * (120 / 90 - 1), NAN], nan_ok=True)
    assert found["return_3m"] == pytest.approx([50.0, NAN], nan_ok=True)
    assert np.isnan([found[name] for name in ("return_6m", "return_1y", "return_3y", "return_5y")]).all()


def test_each_asset_counts_from_its_own_last_bar():
    days = np.array(
        [[day_number("2025-01-31"), day_number("2025-01-10")], [day_number("2025-02-28"), day_number("2025-02-10")]]
    )
    found = trailing_returns(days.astype(np.int32), np.array([[10.0, 10.0], [11.0, 12.0]]))
    assert found["return_1m"] == pytest.approx([NAN, 20.0], nan_ok=True)  # 28 January has no bar on or before it


def test_empyrical_finds_the_same_volatility_and_sharpe_ratio():
    returns = np.random.default_rng(2).normal(0.0005, 0.015, (400, 3))
    found = volatilities(returns)
    for window in (20, 60, 252):
        expected = [100 * empyrical.annual_volatility(column[-window:]) for column in returns.T]
        assert found[f"volatility_{window}d"] == pytest.approx(expected, rel=1e-12)
    rate = 1.03 ** (1 / 252) - 1
    expected = [empyrical.sharpe_ratio(column[-252:], risk_free=rate) for column in returns.T]
    assert sharpe(returns, 0.03) == pytest.approx(expected, rel=1e-12)


def test_windows_are_full_or_there_is_no_figure():
    returns = np.random.default_rng(3).normal(0, 0.01, (252, 3))
    returns[:192, 0] = NAN  # 60 returns
    returns[:193, 1] = NAN  # 59
    found = volatilities(returns)
    assert np.isnan(found["volatility_20d"]).tolist() == [False, False, False]
    assert np.isnan(found["volatility_60d"]).tolist() == [False, True, False]
    assert np.isnan(found["volatility_252d"]).tolist() == np.isnan(sharpe(returns, 0.0)).tolist() == [True, True, False]


def test_what_does_not_scatter_has_no_sharpe_ratio():
    assert np.isnan(sharpe(np.full((252, 1), 0.001), 0.0)).all()


def panel(length: int = 600, columns: int = 3) -> Panel:
    bars = made_up(length, columns)
    dates = pd.bdate_range(end="2026-11-20", periods=length)
    days = (dates - EPOCH).days.to_numpy().astype(np.int32)
    nothing = np.full(columns, NAN)
    last = LastBar(nothing, nothing, nothing, nothing, np.zeros(columns, bool))
    return Panel(
        region="US", as_of=np.datetime64("2026-11-20"), instrument_ids=np.arange(columns),
        tickers=np.array(["A", "B", "C"][:columns]), sectors=np.full(columns, ""), company=np.arange(columns),
        is_quoted=np.ones(columns, bool), in_universe=np.ones(columns, bool),
        days=np.repeat(days[:, None], columns, axis=1), n_bars=np.full(columns, length), close=bars.close,
        high=bars.high, volume=bars.volume, trading_value=bars.volume, last=last,
        index_days=days, index_close=bars.close.mean(axis=1), recent_sessions=days[-5:], fundamentals=None,
        prices=lambda name: {"low": bars.low}[name],
    )  # fmt: skip


def test_the_table_has_every_indicator_and_meets_pandas():
    one = panel()
    found = indicators_of(one, risk_free=0.0)
    assert list(found) == list(INDICATORS)
    dates = pd.DatetimeIndex(one.days[:, 0].astype("datetime64[D]"))
    close, index = pd.DataFrame(one.close, dates), pd.Series(one.index_close, dates)
    returns, market = close.pct_change().iloc[-252:], index.pct_change().iloc[-252:]
    assert found["beta"] == pytest.approx([returns[c].cov(market) / market.var() for c in returns], rel=1e-9)
    assert found["sharpe_ratio"] == pytest.approx((returns.mean() / returns.std() * 252**0.5).to_numpy(), rel=1e-9)
    year_ago = close.asof(pd.Timestamp("2025-11-20"))
    assert found["return_1y"] == pytest.approx((100 * (close.iloc[-1] / year_ago - 1)).to_numpy(), rel=1e-9)
    assert np.isnan(found["return_3y"]).all()
    assert found["sma_50"] == pytest.approx(close.iloc[-50:].mean().to_numpy(), rel=1e-12)
    assert found["atr_14"][0] < found["sma_50"][0]


def test_bars_after_the_date_are_none_of_its_business():
    """The panel of a date ends there; one that loads fewer bars before it gives the same but for long returns."""
    one, short = panel(), panel()
    for name in ("days", "close", "high", "volume", "trading_value"):
        object.__setattr__(short, name, getattr(short, name)[-504:])
    object.__setattr__(short, "prices", lambda name: one.low[-504:])
    for name, figures in indicators_of(short).items():
        np.testing.assert_array_equal(figures, indicators_of(one)[name], err_msg=name)
