"""Orders and weights for other programs; bt, given the weights alone, meets the equity curve."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from backtests.calc.outcomes import orders_of, weights_of
from backtests.calc.prices import Events, Prices
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.signals import Signals
from backtests.calc.simulate import simulate
from tests.backtests.calc.test_oracles import bt, walk
from tests.backtests.markets import business_days
from tests.backtests.outcomes.hand import NAN, story

approx = pytest.approx
__all__ = ["bt"]


def test_orders_of_a_simulated_week():
    first, second, third = orders_of(story())
    assert first == {
        "trade_date": "2020-01-07", "signal_date": "2020-01-06", "ticker": "A", "side": "BUY", "quantity": 50.0,
        "price": 100.0, "execution_price": 100.0, "commission": 0.0, "tax": 0.0,
    }  # fmt: skip
    assert (second["ticker"], second["side"], second["quantity"]) == ("B", "BUY", 100.0)
    assert (third["ticker"], third["side"], third["signal_date"]) == ("A", "SELL", "2020-01-08")


def test_weights_of_a_simulated_week():
    """On Tuesday half and half; on Thursday A is sold and B is 5,500 of 9,850."""
    assert weights_of(story()) == [
        {"date": "2020-01-07", "ticker": "A", "weight": approx(0.5)},
        {"date": "2020-01-07", "ticker": "B", "weight": approx(0.5)},
        {"date": "2020-01-09", "ticker": "A", "weight": 0.0},
        {"date": "2020-01-09", "ticker": "B", "weight": approx(5500 / 9850)},
    ]


def test_weights_of_a_name_that_is_split_while_it_has_no_bar():
    """50 of A and 100 of B. A becomes 100 at 50 on Wednesday, without a bar until Friday; B falls then by a fifth and
    is sold on Thursday at 45: A is 5,000 of 9,500. A gains a fifth on Friday and is sold on Monday, alone.
    """
    close = np.array([[100, 100, NAN, NAN, 60, 60], [50, 50, 40, 45, 45, 45]]).T.copy()
    market = Prices(
        business_days(6, "2020-01-06"), np.array(["A", "B"]), close, close, np.full(close.shape, NAN), np.full(2, 6),
        splits=Events(np.array([2]), np.array([0]), np.array([2.0])),
    )  # fmt: skip
    how = Rules(
        commission=0, tax=0, slippage=0, cash_buffer=0, initial_capital=10_000, frequency="EVERY_N", every=99,
        max_positions=2, sell_rules=(SellRule("TAKE_PROFIT", 15), SellRule("STOP_LOSS", 10)),
    )  # fmt: skip
    score = np.tile([2.0, 1.0], (6, 1))
    run = Run(market, how, simulate(market, Signals(score, np.isfinite(score)), how), market.dates[0] - 3)
    assert [(row["date"], row["ticker"], row["weight"]) for row in weights_of(run)] == [
        ("2020-01-07", "A", approx(0.5)), ("2020-01-07", "B", approx(0.5)),
        ("2020-01-09", "A", approx(5000 / 9500)), ("2020-01-09", "B", 0.0),
        ("2020-01-13", "A", 0.0),
    ]  # fmt: skip


def replayed(bt, market, text):
    """The equity curve of bt on the weights of a CSV file; bt knows nothing else."""
    weights = pd.read_csv(io.StringIO(text), parse_dates=["date"]).pivot_table(  # no row: not held
        index="date", columns="ticker", values="weight", fill_value=0.0
    )
    data = pd.DataFrame(market.close, index=pd.DatetimeIndex(market.dates), columns=market.tickers)
    algos = [bt.algos.RunOnDate(*weights.index), bt.algos.SelectAll(), bt.algos.WeighTarget(weights)]
    test = bt.Backtest(
        bt.Strategy("s", [*algos, bt.algos.Rebalance()]), data, initial_capital=1e6, integer_positions=False
    )
    test.run()
    return test.strategy.values.to_numpy()[1:]  # bt puts a row before the first


@pytest.mark.filterwarnings("ignore")  # of other people's packages
@pytest.mark.parametrize("fill", ["same_close", "next_close"])
@pytest.mark.parametrize(
    ("mode", "sizing", "frequency"),
    [("target", "MARKET_CAP", "WEEKLY"), ("target", "EQUAL_WEIGHT", "DAILY"), ("fill", "EQUAL_WEIGHT", "MONTHLY")],
)
def test_bt_meets_the_equity_curve(bt, fill, mode, sizing, frequency):
    market, score = walk(7)
    how = Rules(
        fill=fill, mode=mode, sizing=sizing, frequency=frequency, fractional=True, cash_buffer=0, commission=0, tax=0,
        slippage=0, initial_capital=1e6, max_positions=3,
        sell_rules=(SellRule("STOP_LOSS", 8), SellRule("TAKE_PROFIT", 8)),
    )  # fmt: skip
    ledger = simulate(market, Signals(score, np.ones(score.shape, dtype=bool)), how)
    run = Run(market, how, ledger, market.dates[0] - 3)
    file = io.StringIO()
    writer = csv.DictWriter(file, ["date", "ticker", "weight"])
    writer.writeheader()
    writer.writerows(weights_of(run))
    curve = ledger.snapshots["value"]
    np.testing.assert_allclose(replayed(bt, market, file.getvalue()), curve, rtol=1e-6)
    assert np.ptp(curve) > 1e4
    assert len(np.unique(ledger.trades["session"])) > 20
