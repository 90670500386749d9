"""Equity curves of two other programs, where they mean the same.

**bt** (MIT) trades at the close on which it decides, in fractions, to target weights: fill ``same_close``, mode
``target``, no costs, no buffer. bt rebalances on the first row of each month and on the first row of all.

**backtesting.py** (AGPL-3.0; for comparison in tests only, never imported by the site) holds one stock. What differs:
- its own stops (``sl``, ``tp``) are orders inside the session and fill at the stop's price when the low or high touches
  it; ours are decided at the close. They mean the same where open = high = low = close, with orders filled at the
  close on which they are decided (``trade_on_close``, ``same_close``): the second test;
- a stop that its strategy decides in ``next()`` and fills at the next open is ours with ``next_open``: the first test;
- it may buy on the session on which a stop closed the position, which we never do: its strategy is told not to.
Its commission is taken on both sides, and it buys floor(0.95 x cash / (price x (1 + commission))) as we do.
"""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtests.calc.ledger import Reason, Side
from backtests.calc.prices import Prices
from backtests.calc.rules import Rules, SellRule
from backtests.calc.signals import Signals
from backtests.calc.simulate import simulate
from tests.backtests.markets import business_days

NAN = float("nan")
pytestmark = pytest.mark.filterwarnings("ignore")  # of other people's packages


@pytest.fixture(scope="module")
def bt():
    return pytest.importorskip("bt", reason="bt is not installed: pip install -r requirements-oracles.txt")


@pytest.fixture(scope="module")
def backtesting():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(
            "backtesting", reason="backtesting.py is not installed: pip install -r requirements-oracles.txt"
        )


def walk(seed, sessions=400, names=8):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0.0003, 0.02, (sessions, names)), axis=0))
    score = 50 + np.cumsum(rng.normal(0, 3, (sessions, names)), axis=0)
    tickers = np.array([f"T{i}" for i in range(names)])
    dates = business_days(sessions)
    calendar = np.r_[dates[0] - 400, dates]  # the first month's first session is known
    value = np.exp(rng.normal(10, 1, names)) * close
    market = Prices(
        dates, tickers, close, close, np.full(close.shape, NAN), np.full(names, sessions), market_value=value,
        calendar=calendar,
    )  # fmt: skip
    return market, score


def frame(market, figures):
    return pd.DataFrame(figures, index=pd.DatetimeIndex(market.dates), columns=market.tickers)


TARGET = Rules(
    fill="same_close", mode="target", fractional=True, cash_buffer=0, commission=0, tax=0, slippage=0,
    initial_capital=1e6,
)  # fmt: skip


def run_bt(bt, market, when, *how):
    strategy = bt.Strategy("s", [when, *how, bt.algos.Rebalance()])
    test = bt.Backtest(strategy, frame(market, market.close), initial_capital=1e6, integer_positions=False)
    test.run()
    return test.strategy.values.to_numpy()[1:]  # bt puts a row before the first


def rules(**change):
    return replace(TARGET, **change)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "ANNUAL"])
def test_the_best_three_equally_as_bt(bt, seed, frequency):
    market, score = walk(seed)
    when = {
        "DAILY": bt.algos.RunDaily, "WEEKLY": bt.algos.RunWeekly, "MONTHLY": bt.algos.RunMonthly,
        "QUARTERLY": bt.algos.RunQuarterly, "ANNUAL": bt.algos.RunYearly,
    }[frequency]  # fmt: skip
    expected = run_bt(
        bt, market, when(), bt.algos.SelectAll(), bt.algos.SetStat(frame(market, score)), bt.algos.SelectN(3),
        bt.algos.WeighEqually(),
    )  # fmt: skip
    ledger = simulate(
        market, Signals(score, np.ones(score.shape, dtype=bool)), rules(frequency=frequency, max_positions=3)
    )
    np.testing.assert_allclose(ledger.snapshots["value"], expected, rtol=1e-6)
    assert len(ledger.trades) > 5
    assert np.ptp(expected) > 1e4


@pytest.mark.parametrize("seed", range(3))
def test_market_value_weights_as_bt(bt, seed):
    market, score = walk(seed)
    weights = market.market_value / market.market_value.sum(axis=1, keepdims=True)
    expected = run_bt(
        bt, market, bt.algos.RunMonthly(), bt.algos.SelectAll(), bt.algos.WeighTarget(frame(market, weights))
    )
    how = rules(frequency="MONTHLY", max_positions=8, sizing="MARKET_CAP")
    ledger = simulate(market, Signals(score, np.ones(score.shape, dtype=bool)), how)
    np.testing.assert_allclose(ledger.snapshots["value"], expected, rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_risk_parity_as_bt(bt, seed):
    """bt asks ffn for equal risk on Ledoit-Wolf covariance of the returns in a calendar window, to its tolerance."""
    ffn = pytest.importorskip("ffn")
    market, score = walk(seed, sessions=200, names=5)
    start = 70
    history = frame(market, market.close)
    weights = frame(market, np.full(score.shape, NAN))
    for t in range(start, 200):
        returns = history.iloc[t - 60 : t + 1].pct_change().iloc[1:]
        weights.iloc[t] = ffn.core.calc_erc_weights(
            returns, covar_method="ledoit-wolf", maximum_iterations=500, tolerance=1e-12
        )
    cut = replace(market, start=start)
    ledger = simulate(
        cut, Signals(score, np.ones(score.shape, dtype=bool)),
        rules(frequency="EVERY_N", every=20, max_positions=5, sizing="RISK_PARITY"),
    )  # fmt: skip
    data = history.iloc[start:]
    when = bt.algos.RunOnDate(*data.index[::20])
    strategy = bt.Strategy("s", [when, bt.algos.SelectAll(), bt.algos.WeighTarget(weights), bt.algos.Rebalance()])
    test = bt.Backtest(strategy, data, initial_capital=1e6, integer_positions=False)
    test.run()
    np.testing.assert_allclose(ledger.snapshots["value"], test.strategy.values.to_numpy()[1:], rtol=1e-6)


# --- backtesting.py -----------------------------------------------------------------------------------------------


def single(seed, sessions=500, *, flat):
    """One stock. ``flat``: open = high = low = close, else opens of their own."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, sessions)))
    open_ = close if flat else close * np.exp(rng.normal(0, 0.01, sessions))
    bars = pd.DataFrame(
        {"Open": open_, "High": np.maximum(open_, close), "Low": np.minimum(open_, close), "Close": close},
        index=pd.DatetimeIndex(business_days(sessions)),
    )
    ends = np.array([sessions])
    market = Prices(
        business_days(sessions), np.array(["A"]), open_[:, None], close[:, None], np.full((sessions, 1), NAN), ends
    )
    return market, Signals(np.zeros((sessions, 1)), np.ones((sessions, 1), dtype=bool)), bars


def compare(ledger, stats, first):
    """``first``: backtesting.py decides for the first time on its second row."""
    equity = stats["_equity_curve"]["Equity"].to_numpy()[first:]
    np.testing.assert_allclose(ledger.snapshots["value"], equity, rtol=1e-9)
    sold = ledger.trades[ledger.trades["side"] == Side.SELL]
    theirs = stats["_trades"].sort_values("ExitBar")
    assert len(sold) > 5
    assert set(sold["reason"]) == {Reason.STOP_LOSS, Reason.TAKE_PROFIT}
    assert sold["session"].tolist() == theirs["ExitBar"].tolist()
    assert sold["quantity"].tolist() == theirs["Size"].tolist()
    np.testing.assert_allclose(sold["price"], theirs["ExitPrice"])
    np.testing.assert_allclose(sold["profit"], theirs["PnL"])


@pytest.mark.parametrize("commission", [0.0, 0.2])
@pytest.mark.parametrize("seed", range(4))
def test_stops_decided_at_the_close_as_backtesting_py(backtesting, seed, commission):
    market, found, bars = single(seed, flat=False)

    class Stops(backtesting.Strategy):
        def init(self):
            pass

        def next(self):
            if not self.position:
                self.buy(size=0.95)
                return
            entry, close = self.trades[0].entry_price, self.data.Close[-1]
            if 100 * (entry - close) / entry >= 5 or 100 * (close - entry) / entry >= 8:
                self.position.close()

    test = backtesting.Backtest(bars, Stops, cash=1e6, commission=commission / 100)
    how = Rules(
        commission=commission, tax=0, slippage=0, initial_capital=1e6, max_positions=1, frequency="DAILY",
        sell_rules=(SellRule("STOP_LOSS", 5), SellRule("TAKE_PROFIT", 8)),
    )  # fmt: skip
    # backtesting.py decides for the first time on the second row
    ledger, stats = simulate(replace(market, start=1), found, how), test.run()
    compare(ledger, stats, first=1)


@pytest.mark.parametrize("seed", range(4))
def test_stops_of_backtesting_py_itself_on_bars_without_a_range(backtesting, seed):
    market, found, bars = single(seed, flat=True)

    class Stops(backtesting.Strategy):
        closed = 0

        def init(self):
            pass

        def next(self):
            just_closed, self.closed = len(self.closed_trades) > self.closed, len(self.closed_trades)
            if not self.position and not just_closed:
                price = self.data.Close[-1]
                self.buy(size=0.95, sl=price * 0.95, tp=price * 1.08)

    how = Rules(
        fill="same_close", commission=0, tax=0, slippage=0, initial_capital=1e6, max_positions=1, frequency="DAILY",
        sell_rules=(SellRule("STOP_LOSS", 5), SellRule("TAKE_PROFIT", 8)),
    )  # fmt: skip
    test = backtesting.Backtest(bars, Stops, cash=1e6, trade_on_close=True)
    compare(simulate(replace(market, start=1), found, how), test.run(), first=1)
