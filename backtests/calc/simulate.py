"""A backtest, session by session."""

import numpy as np

from backtests.calc.actions import apply_actions, settle_delisted
from backtests.calc.entries import UNMET, choose_buys
from backtests.calc.exits import order_exits
from backtests.calc.fills import fill_orders, fill_sells
from backtests.calc.ledger import CANCELLED, EVENT, SNAPSHOT, TRADE, Ending, Ledger
from backtests.calc.prices import Prices
from backtests.calc.rules import Fill, Rules
from backtests.calc.schedule import rebalance_sessions
from backtests.calc.signals import Signals, check_together
from backtests.calc.state import State

LOOK_AHEAD = "look-ahead: fill same_close trades at the closes that the decisions are made with"


def simulate(prices: Prices, signals: Signals, rules: Rules) -> Ledger:
    """Run ``rules`` with ``signals`` through ``prices``: FORMULAS.md section 5, docs/backtests.md.

    The same inputs give the same bytes, whatever the order of the instruments; nothing on a session depends on rows
    after it. InputError names a field that does not fit.
    """
    check_together(prices, signals, rules)
    state = State.begin(prices, signals, rules)
    rebalances = rebalances_of(prices, rules)
    for session in range(prices.start, prices.sessions):
        _session(state, session, bool(rebalances[session]))
    state.waiting.cancel_all(prices.sessions - 1, Ending.END, sells=True)
    return _ledger(state, rebalances)


def rebalances_of(prices: Prices, rules: Rules) -> np.ndarray:
    """On which sessions buys are chosen: bool [T]."""
    return rebalance_sessions(
        prices.dates, rules.frequency, calendar=prices.calendar, start=prices.start, every=rules.every,
        on_start=rules.rebalance_on_start,
    )  # fmt: skip


def _session(state: State, session: int, rebalances: bool) -> None:
    """One session, in the order of section 5.2; with fill same_close what is ordered is filled at once."""
    account, same_close = state.account, state.rules.fill is Fill.SAME_CLOSE
    state.sold.clear()
    apply_actions(state, session)
    settle_delisted(state, session)
    fill_orders(state, session, buys=not (same_close and rebalances))
    account.mark(session)
    order_exits(state, session)
    if same_close:
        fill_sells(state, session)
    if rebalances:
        choose_buys(state, session)
        if same_close:
            fill_orders(state, session)
            account.mark(session)
    state.book.snapshot(session, account.cash, account.holdings_value(), len(account.held))


def _ledger(state: State, rebalances: np.ndarray) -> Ledger:
    book = state.book
    warnings = book.warnings(state.prices.dates)
    if state.rules.fill is Fill.SAME_CLOSE:
        warnings = (LOOK_AHEAD, *warnings)
    return Ledger(
        np.array(book.trades, TRADE), np.array(book.events, EVENT), np.array(book.cancelled, CANCELLED),
        np.array(book.snapshots, SNAPSHOT), state.account.holdings(state.prices.sessions - 1),
        np.flatnonzero(rebalances), warnings, np.array(book.notes.get(UNMET, []), np.int64),
    )  # fmt: skip
