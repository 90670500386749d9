"""Small finished backtests, written down row by row. Names A, B, C ..., sessions from Monday 2020-01-06."""

import json

import numpy as np

from backtests.calc.ledger import CANCELLED, EVENT, HOLDING, SNAPSHOT, TRADE, Action, Ledger, Reason
from backtests.calc.prices import Prices
from backtests.calc.rules import Rules
from backtests.calc.run import Run
from backtests.diagnosis import Evidence, check_named
from portfolio.calc.statistics import statistics_of
from tests.backtests.markets import business_days

NAMES = "ABCDEFGH"
CAPITAL = 1000.0


def trade(session, name, quantity, price=10.0, *, execution=None, commission=0.0, tax=0.0, reason=Reason.ENTRY,
          signal=None, profit=0.0, left=0.0):  # fmt: skip
    """A buy, or with a ``quantity`` below 0 a sale, decided on the session before; ``left``: average price after a sale
    of a part.
    """
    execution = price if execution is None else execution
    side, shares = (1, quantity) if quantity > 0 else (-1, -quantity)
    flow = -side * shares * execution - commission - tax
    return (session, session - 1 if signal is None else signal, NAMES.index(name), side, reason, -1, shares, price,
            execution, commission, tax, flow, profit, 0.0, 0, execution if side > 0 else left)  # fmt: skip


def dividend(session, name, money):
    return (session, NAMES.index(name), Action.DIVIDEND, 1.0, money, money)


def split(session, name, ratio, after):
    return (session, NAMES.index(name), Action.SPLIT, ratio, after, 0.0)


def holding(name, value, cost=0.0, *, weight=0.0, days=0):
    return (NAMES.index(name), 1.0, cost, cost, value, value, weight, value - cost, 0.0, value, 0, days)


def cancelled(session, name, ending, signal=None):
    return (session, session - 1 if signal is None else signal, NAMES.index(name), 1, ending, 0.0)


def made(values=None, *, sessions=5, trades=(), events=(), cancels=(), holdings=(), cash=None, turnover=0.0,
         positions=0, close=None, volume=np.nan, ends=None, benchmark=None, rebalances=(0,), unmet=(),
         statistics=None, trials=(), adjusted=None, asked=False, price_index=False, coverage=None, sectors=(),
         risk_free=0.02, names=6, start=0, **rules):  # fmt: skip
    """``values``: the capital, then one per session; without any, ``sessions`` of 1,000. Everything else as given."""
    values = np.full(sessions + 1, CAPITAL) if values is None else np.array(values, float)
    count = len(values) - 1 + start
    prices = _prices(count, names, close=close, volume=volume, ends=ends, start=start)
    snapshots = np.zeros(count - start, SNAPSHOT)
    snapshots["session"], snapshots["value"] = np.arange(start, count), values[1:]
    snapshots["cash"] = values[1:] if cash is None else cash
    snapshots["turnover"], snapshots["positions"] = turnover, positions
    ledger = Ledger(
        np.array(list(trades), TRADE), np.array(list(events), EVENT), np.array(list(cancels), CANCELLED), snapshots,
        np.array(list(holdings), HOLDING), np.array(rebalances), (), np.array(unmet),
    )  # fmt: skip
    before = prices.dates[start] - np.timedelta64(3, "D")
    levels = None if benchmark is None else np.array(benchmark, float)
    run = Run(prices, Rules(initial_capital=values[0], **rules), ledger, before, levels, risk_free=risk_free)
    known = statistics_of(run.track) | (statistics or {})
    flags = None if adjusted is None else np.array([name in adjusted for name in NAMES[:names]])
    return Evidence(run, known, np.array(trials, float), flags, asked, price_index, coverage or {}, frozenset(sectors))


def _prices(count, names, *, close, volume, ends, start):
    shape = (count, names)
    close = np.full(shape, 10.0) if close is None else np.array(close, float)
    shown = np.array(list(NAMES[:names])) if names <= len(NAMES) else np.array([f"N{one:03d}" for one in range(names)])
    last = np.full(names, count) if ends is None else np.array(ends)
    return Prices(
        business_days(count, "2020-01-06"), shown, close, close, np.broadcast_to(volume, shape).astype(float).copy(),
        last, start=start,
    )  # fmt: skip


def ask(code, evidence):
    """What the check ``code`` says: as it was registered, and as plain JSON; None for nothing."""
    one = check_named(code)
    found = one.function(evidence)
    if found is None:
        return None
    assert found.code == code
    assert found.severity in one.severities
    assert json.loads(json.dumps(found.evidence, allow_nan=False)) == found.evidence
    return found


def compound(returns, capital=CAPITAL):
    """The capital and the values that these daily returns make of it."""
    return capital * np.cumprod(np.r_[1.0, 1.0 + np.asarray(returns, float)])
