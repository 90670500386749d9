"""What cannot be simulated is refused, and the message begins with the field."""

from dataclasses import replace

import numpy as np
import pytest

from backtests.calc.errors import InputError
from backtests.calc.prices import Events, Prices
from backtests.calc.quantities import Costs, Lots, spent
from backtests.calc.rules import Rules, SellRule
from backtests.calc.signals import Signals
from backtests.calc.simulate import simulate
from tests.backtests.markets import market, signals

PRICES = market(1, sessions=6, instruments=3)
SIGNALS = signals(1, PRICES)


def with_figure(name, figure):
    found = getattr(PRICES, name).copy()
    found[2, 1] = figure
    return {name: found}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"dates": np.arange(6)}, "dates: must be datetime64, not int64"),
        ({"dates": PRICES.dates[::-1]}, "dates: at least one, ascending"),
        ({"dates": PRICES.dates[:0]}, "dates: at least one, ascending"),
        ({"tickers": np.array(["A", "B", "A"])}, "tickers: A is there twice"),
        ({"start": 6}, "start: 6 is outside 0 to 5"),
        ({"ends": np.array([6, 6])}, "ends: one whole number per ticker expected"),
        ({"ends": np.array([6.0, 6.0, 6.0])}, "ends: one whole number per ticker expected"),
        ({"open": PRICES.open[:, :2]}, r"open: float64 \(6, 3\) expected, found float64 \(6, 2\)"),
        ({"close": PRICES.close.astype(np.float32)}, "close: float64 .* found float32"),
        (with_figure("close", 0.0), f"close: 0.0 of {PRICES.tickers[1]} on {PRICES.dates[2]}"),
        (with_figure("open", -1.0), "open: -1.0 of"),
        (with_figure("volume", -1.0), "volume: -1.0 of"),
        (with_figure("close", np.inf), "close: inf of"),
        (with_figure("market_value", -5.0), "market_value: -5.0 of"),
        ({"splits": Events(np.array([6]), np.array([0]), np.array([2.0]))}, "splits: session 6 or 6 is outside 0 to 5"),
        ({"splits": Events(np.array([0]), np.array([0]), np.array([0.0]))}, "splits: every figure must be above 0"),
        ({"dividends": Events(np.array([0]), np.array([-1]), np.array([1.0]))}, "dividends: instrument -1"),
        ({"dividends": Events(np.array([0]), np.array([1, 2]), np.array([1.0]))}, "dividends: .* not equally many"),
    ],
)
def test_prices(change, why):
    with pytest.raises(InputError, match=f"^{why}"):
        replace(PRICES, **change)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"fill": "next"}, "fill: must be one of next_open, next_close, same_close, not 'next'"),
        ({"mode": "all"}, "mode: must be one of fill, target"),
        ({"frequency": "HOURLY"}, "frequency: must be one of DAILY"),
        ({"max_positions": 0}, "max_positions: must be a whole number from 1, not 0"),
        ({"max_positions": 2.5}, "max_positions: must be a whole number"),
        ({"every": 0}, "every: must be a whole number from 1"),
        ({"cash_buffer": 100}, "cash_buffer: must be from 0 to below 100 percent"),
        ({"commission": -1}, "commission: must be from 0"),
        ({"tax": float("nan")}, "tax: must be from 0"),
        ({"tax": 60, "commission": 50}, "tax: with the commission it takes 110"),
        ({"slippage": 100}, "slippage: must be from 0 to below 100"),
        ({"volume_cap": 0}, "volume_cap: must be above 0 and at most 100"),
        ({"delisting_return": -101}, "delisting_return: must be from -100"),
        ({"initial_capital": 0}, "initial_capital: must be above 0"),
        ({"lot_size": 0}, "lot_size: must be above 0"),
        ({"lot_size": np.array([1.0, -1.0])}, "lot_size: must be above 0"),
    ],
)
def test_rules(change, why):
    with pytest.raises(InputError, match=f"^{why}"):
        Rules(**change)


@pytest.mark.parametrize(("kind", "threshold"), [("STOP_LOSS", 0), ("HOLD_DAYS", -1), ("TAKE_PROFIT", float("nan"))])
def test_sell_rules_need_a_threshold(kind, threshold):
    with pytest.raises(InputError, match=f"^sell_rules: {kind} needs a threshold above 0"):
        SellRule(kind, threshold)
    with pytest.raises(InputError, match=r"^sell_rules: must be one of STOP_LOSS"):
        SellRule("PANIC", 1)


@pytest.mark.parametrize(
    ("says", "how", "why"),
    [
        (replace(SIGNALS, candidates=SIGNALS.candidates[:5]), Rules(), r"candidates: bool \(6, 3\) expected"),
        (replace(SIGNALS, candidates=SIGNALS.order), Rules(), "candidates: bool .* found float64"),
        (replace(SIGNALS, order=SIGNALS.order[:, :1]), Rules(), "order: floats"),
        (replace(SIGNALS, composite=SIGNALS.candidates), Rules(), "composite: floats"),
        (replace(SIGNALS, sells=(SIGNALS.order,)), Rules(), r"sells\[0\]: bool"),
        (SIGNALS, Rules(sell_rules=(SellRule("FACTOR"),)), "sell_rules: FACTOR names signal 0 of 0"),
        (SIGNALS, Rules(lot_size=np.ones(2)), "lot_size: one number, or one for each of 3 tickers"),
        (SIGNALS, Rules(sizing="EQUAL_WIGHT"), "sizing: unknown rule 'EQUAL_WIGHT'; did you mean EQUAL_WEIGHT"),
    ],
)
def test_that_do_not_fit_each_other(says, how, why):
    with pytest.raises(InputError, match=f"^{why}"):
        simulate(PRICES, says, how)


def test_market_cap_needs_market_values():
    with pytest.raises(InputError, match=r"^market_value: sizing MARKET_CAP needs it"):
        simulate(replace(PRICES, market_value=None), SIGNALS, Rules(sizing="MARKET_CAP"))


def test_inputs_are_left_alone():
    arrays = [PRICES.open, PRICES.close, PRICES.volume, PRICES.ends, SIGNALS.order, SIGNALS.candidates]
    before = [array.copy() for array in arrays]
    simulate(PRICES, SIGNALS, Rules(frequency="DAILY", mode="target"))
    for old, new in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(old, new)


def test_rules_have_the_documents_defaults():
    found = Rules()
    assert (found.commission, found.tax, found.slippage, found.cash_buffer) == (0.015, 0.23, 0.1, 5.0)
    assert (found.fill, found.mode, found.initial_capital) == ("next_open", "fill", 100_000_000)
    assert found.rebalance_on_start
    assert found.delisting_return == 0


def test_a_market_of_one_session_and_of_nobody():
    alone = Prices(
        np.array(["2020-01-06"], dtype="datetime64[D]"), np.array([], dtype=object), *np.zeros((3, 1, 0)),
        np.zeros(0, np.int64),
    )  # fmt: skip
    ledger = simulate(alone, Signals(np.zeros((1, 0)), np.zeros((1, 0), dtype=bool)), Rules())
    assert ledger.snapshots["value"].tolist() == [100_000_000]
    assert len(ledger.trades) == len(ledger.holdings) == 0


def test_a_lot_that_numbers_of_that_size_cannot_tell():
    """Quantities of 1e17 differ by 16: one share less is the same number, so the next number is tried."""
    lots, costs = Lots(np.array([1.0]), False), Costs(0.00015, 0.0, 0.0)
    for cash in np.random.default_rng(0).uniform(1e17, 1e20, 200):
        shares = lots.affordable(0, cash, 1.0, costs, cash)
        assert 0 < spent(shares, 1.0, costs) <= cash
