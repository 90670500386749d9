"""What is bought is chosen on rebalance sessions."""

import numpy as np

from backtests.calc.account import Why
from backtests.calc.choice import best
from backtests.calc.ledger import Ending, Reason, Side
from backtests.calc.rules import Fill, Mode
from backtests.calc.state import State
from backtests.sizing import Chosen

UNMET = "nothing met the buy conditions on a rebalance session"


def choose_buys(state: State, session: int) -> None:
    """Buys that still wait lapse; the best candidates are ordered with the weights of the sizing rule."""
    waiting, signals = state.waiting, state.signals
    waiting.cancel_all(session, Ending.LAPSED, sells=False)
    pool, slots = _pool(state, session)
    if not signals.candidates[session].any():
        state.book.note(UNMET, session)
    names = best(signals.order[session], pool, slots, state.prices.rank)
    if state.rules.mode is Mode.TARGET:
        _drop_others(state, session, names)
    if len(names):
        _order(state, session, names)


def _pool(state: State, session: int) -> tuple[np.ndarray, int]:
    """(names that may be chosen bool [N], how many at most).

    Mode fill: what is not held, as many as slots are free or will be by the sales ordered. Mode target: held names,
    too, even without a bar today, unless they are about to be sold.
    """
    held, leaving = state.account.held, state.waiting.sells
    pool = state.prices.tradable(session)
    pool[held] = state.rules.mode is Mode.TARGET
    pool &= state.signals.candidates[session]
    pool[list(leaving)] = False
    if state.rules.fill is Fill.SAME_CLOSE:  # filled on this session, on which these were sold
        pool[list(state.sold)] = False
    slots = state.rules.max_positions
    if state.rules.mode is Mode.FILL:
        slots -= len(held) - len(leaving)
    return pool, slots


def _drop_others(state: State, session: int, names: np.ndarray) -> None:
    """Mode target: what is held and was not chosen is sold."""
    kept = set(names.tolist())
    same_close = state.rules.fill is Fill.SAME_CLOSE
    for name in state.account.held.tolist():
        if name not in kept and name not in state.waiting.sells and not (same_close and name in state.sold):
            state.waiting.sells[name] = Why(session, Reason.DROPPED)


def _order(state: State, session: int, names: np.ndarray) -> None:
    sized = state.sizing(Chosen(state.prices, state.signals, session, names))
    if sized.note:
        state.book.note(f"{state.rules.sizing}: {sized.note}", session)
    state.waiting.signal = session
    for name, weight in zip(names.tolist(), sized.weights.tolist(), strict=True):
        if weight > 0:
            state.waiting.buys[name] = weight
        else:
            side = Side.BUY if state.account.quantity.item(name) == 0 else Side.ADJUST
            state.book.cancel(session, name, side, Ending.NO_WEIGHT, signal=session)
