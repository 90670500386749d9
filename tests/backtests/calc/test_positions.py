"""What was held when, against rows by hand and against the snapshots of simulations."""

import numpy as np
import pytest

from backtests.calc.positions import positions_of
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.simulate import simulate
from tests.backtests.diagnosis.made import made, split, trade
from tests.backtests.markets import market, signals

approx = pytest.approx


def test_by_hand():
    """A: 10 bought on 1, 5 more on 2, split 2:1 on 3 (no bar), 12 sold on 4, the rest on 5; again on 6. B on 6."""
    close = np.full((8, 6), 10.0)
    close[3, 0], close[4:, 0] = np.nan, 6.0
    trades = [
        trade(1, "A", 10), trade(2, "A", 5), trade(4, "A", -12, left=5.0), trade(5, "A", -18), trade(6, "A", 3),
        trade(6, "B", 4), trade(7, "B", -4),
    ]  # fmt: skip
    found = positions_of(made(sessions=8, close=close, trades=trades, events=[split(3, "A", 2.0, 30.0)]).run)
    assert found.session.tolist() == [1, 2, 3, 4, 6, 7, 6]
    assert found.instrument.tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert found.quantity.tolist() == [10, 15, 30, 18, 3, 3, 4]
    # on session 3 the value of 2: a split changes nothing about it
    assert found.value.tolist() == [100, 150, 150, 108, 18, 18, 40]
    assert found.bar.tolist() == [True, True, False, True, True, True, True]
    assert found.first.tolist() == [True, False, False, False, True, False, True]
    assert found.split.tolist() == [1, 1, 2, 1, 1, 1, 1]


def test_nothing_held():
    assert len(positions_of(made().run)) == 0


@pytest.mark.parametrize("mode", ["fill", "target"])
@pytest.mark.parametrize("seed", range(8))
def test_positions_and_their_values_are_those_of_the_snapshots(seed, mode):
    prices = market(seed, sessions=120, instruments=12, start=seed)
    rules = Rules(
        mode=mode, frequency="WEEKLY", max_positions=5, initial_capital=1e5, fractional=seed % 2 == 0,
        sell_rules=(SellRule("STOP_LOSS", 8), SellRule("HOLD_DAYS", 25)), fill=("next_open", "same_close")[seed % 2],
    )  # fmt: skip
    ledger = simulate(prices, signals(seed, prices), rules)
    found = positions_of(Run(prices, rules, ledger, prices.dates[0] - 1))
    at = found.session - prices.start
    held = np.bincount(at, found.value, len(ledger.snapshots))
    assert np.bincount(at, minlength=len(ledger.snapshots)).tolist() == ledger.snapshots["positions"].tolist()
    assert held == approx(ledger.snapshots["holdings"], rel=1e-9, abs=1e-6)
    last = found.session == prices.sessions - 1
    assert found.instrument[last].tolist() == ledger.holdings["instrument"].tolist()
    assert found.quantity[last] == approx(ledger.holdings["quantity"], rel=1e-9)
