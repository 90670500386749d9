"""Runs small enough to be worked out by hand, and rows of ledgers written by hand."""

import numpy as np

from backtests.calc.ledger import CANCELLED, EVENT, HOLDING, SNAPSHOT, TRADE, Ledger, Reason, Side
from backtests.calc.prices import Events, Prices
from backtests.calc.rules import Rules, SellRule
from backtests.calc.run import Run
from backtests.calc.signals import Signals
from backtests.calc.simulate import simulate
from tests.backtests.markets import business_days

NAN = float("nan")
FRIDAY = np.datetime64("2020-01-03")


def flat_market(sessions, tickers=("A", "B", "C"), first="2020-01-06"):
    """Weekdays on which every name costs 10."""
    close = np.full((sessions, len(tickers)), 10.0)
    ends = np.full(len(tickers), sessions)
    return Prices(business_days(sessions, first), np.array(tickers), close, close, np.full(close.shape, NAN), ends)


def rows(kind, *given):
    """A structured array: what a row does not name is 0."""
    found = np.zeros(len(given), kind)
    for place, row in enumerate(given):
        for name, figure in row.items():
            found[place][name] = figure
    return found


def buy(session=0, instrument=0, **more):
    given = {"side": Side.BUY, "reason": Reason.ENTRY, "rule": -1, "average_price": 10.0}
    return given | {"session": session, "signal_session": session, "instrument": instrument} | more


def sell(profit, rate=0.0, days=0, session=0, instrument=0, **more):
    given = {"side": Side.SELL, "reason": Reason.HOLD_DAYS, "cash_flow": 300.0 + profit, "profit": profit}
    place = {"session": session, "signal_session": session, "instrument": instrument}
    return given | place | {"profit_rate": rate, "hold_days": days} | more


def run_of(*trades, snapshots=(), market=None, **more):
    """A run with these trades; without snapshots its value stays 1,000."""
    market = market or flat_market(len(snapshots) or 4)
    if not snapshots:
        snapshots = [{"cash": 1000.0, "value": 1000.0}] * (market.sessions - market.start)
    ledger = Ledger(
        rows(TRADE, *trades), rows(EVENT), rows(CANCELLED), rows(SNAPSHOT, *snapshots), rows(HOLDING),
        np.zeros(1, np.int64), (),
    )  # fmt: skip
    return Run(market, Rules(initial_capital=1000.0), ledger, market.dates[market.start] - 3, **more)


def story(**more):
    """10,000 in equal parts in A and B from Tuesday on, without costs. Thursday A is sold by the stop loss of
    Wednesday's close, at 85 instead of 100; B pays 1 for each of its 100 shares on Wednesday. C is never bought.

    session    Mon    Tue    Wed    Thu    Fri
    A          100    100     80     85     90       50 shares
    B           50     50     50     55     60      100 shares
    cash    10,000      0    100  4,350  4,350
    value   10,000 10,000  9,100  9,850 10,350
    """
    close = np.array([[100, 100, 80, 85, 90], [50, 50, 50, 55, 60], [7, 7, 7, 7, 7]], dtype=float).T.copy()
    dividend = Events(np.array([2]), np.array([1]), np.array([1.0]))
    market = Prices(
        business_days(5, "2020-01-06"), np.array(["A", "B", "C"]), close, close, np.full(close.shape, NAN),
        np.full(3, 5), dividends=dividend,
    )  # fmt: skip
    how = Rules(
        commission=0, tax=0, slippage=0, cash_buffer=0, initial_capital=10_000, frequency="EVERY_N", every=99,
        max_positions=2, sell_rules=(SellRule("TAKE_PROFIT", 50), SellRule("STOP_LOSS", 10)),
    )  # fmt: skip
    score = np.tile([3.0, 2.0, 1.0], (5, 1))
    return Run(market, how, simulate(market, Signals(score, np.isfinite(score)), how), FRIDAY, **more)
