"""Sell conditions, looked at on every session."""

from collections.abc import Callable

import numpy as np

from backtests.calc.account import Account, Why
from backtests.calc.ledger import Ending, Reason
from backtests.calc.rules import Exit
from backtests.calc.state import State

ROUNDING = 1e-9  # percent points: a loss of exactly 10 % is one, though its floats may say 9.9999999999


def order_exits(state: State, session: int) -> None:
    """Order the sale of every holding that meets a condition at the close and has no such order yet; the first of
    ``sell_rules`` that applies is the reason. A buy of that name that still waits is cancelled.
    """
    waiting, held = state.waiting, state.account.held
    if not (state.rules.sell_rules and len(held)):
        return
    which = first_met(state, session, held)
    for place in np.flatnonzero(which >= 0).tolist():
        name, rule = held.item(place), which.item(place)
        if name in waiting.sells:
            continue
        waiting.sells[name] = Why(session, Reason[state.rules.sell_rules[rule].kind], rule)
        if name in waiting.buys:
            waiting.cancel_buy(session, name, Ending.SOLD)


def first_met(state: State, session: int, held: np.ndarray) -> np.ndarray:
    """Place of the first sell rule that each of ``held`` [H] meets, -1 where none: int64 [H]."""
    found = np.full(len(held), -1)
    for place, rule in enumerate(state.rules.sell_rules):
        if rule.kind is Exit.FACTOR:
            met = state.signals.sells[rule.signal][session, held]
        else:
            met = MEASURES[rule.kind](state.account, session, held) >= rule.threshold - ROUNDING
        found[met & (found < 0)] = place
    return found


def loss(account: Account, session: int, held: np.ndarray) -> np.ndarray:
    """Percent below the average price."""
    average = account.average[held]
    return np.asarray(100.0 * (average - account.last[held]) / average)


def gain(account: Account, session: int, held: np.ndarray) -> np.ndarray:
    """Percent above the average price."""
    return -loss(account, session, held)


def held_days(account: Account, session: int, held: np.ndarray) -> np.ndarray:
    """Calendar days since the first buy."""
    days = account.prices.days
    return np.asarray(days[session] - days[account.first[held]])


def fall(account: Account, session: int, held: np.ndarray) -> np.ndarray:
    """Percent below the highest close since the first buy."""
    peak = account.peak[held]
    return np.asarray(100.0 * (peak - account.last[held]) / peak)


MEASURES: dict[Exit, Callable[[Account, int, np.ndarray], np.ndarray]] = {
    Exit.STOP_LOSS: loss, Exit.TAKE_PROFIT: gain, Exit.HOLD_DAYS: held_days, Exit.TRAILING_STOP: fall,
}  # fmt: skip
