"""Trades tried on a book: what they lead to, and what they leave undone."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from portfolio.calc.rebalancing.book import CASH, CENT, WHOLE, Book, Position, weights_of
from portfolio.calc.rebalancing.costs import Bill, Till
from portfolio.calc.rebalancing.drift import breach_of
from portfolio.calc.rebalancing.goals import BAND, Goals

DUST = 1e-9  # of the value, or of a lot


@dataclass(frozen=True)
class Attempt:
    """``shares`` [N] traded in ``book``, positive bought."""

    book: Book
    till: Till
    shares: np.ndarray

    @cached_property
    def bill(self) -> Bill:
        """What the trades cost."""
        return self.till.bill(self.shares)

    @property
    def cash(self) -> float:
        """Cash afterwards; below zero it could only be by the last bit of a sum."""
        return max(self.bill.cash, 0.0)

    @cached_property
    def values(self) -> np.ndarray:
        """What each asset is worth afterwards, cash last: float64 [N + 1]."""
        return np.r_[(self.book.quantity + self.shares) * self.till.price, self.cash]


def notes_on(attempt: Attempt, goals: Goals, least: float) -> tuple[str, ...]:
    """Why assets that were to be traded stay more than a lot off their goal, and cash outside its band in a band
    plan.
    """
    book = attempt.book
    off = attempt.values - goals.weight / WHOLE * attempt.values.sum()
    concerned = goals.sells | goals.buys if goals.mode == BAND else np.ones(len(book.positions), dtype=bool)
    notes = []
    for i in np.flatnonzero(concerned).tolist():
        one = book.positions[i]
        lot = one.lot * float(attempt.till.price[i])
        if abs(off[i]) > lot * (1.0 + DUST) + DUST * book.value + CENT:
            away = f"{one.asset}: {abs(off[i]):.2f} {'below' if off[i] < 0 else 'above'} its goal"
            notes.append(f"{away}, {_cause(one, bool(goals.sells[i]), float(off[i]), least)}")
    weight = float(weights_of(attempt.values)[-1])
    if goals.mode == BAND and breach_of(weight, book.cash_band):
        side = "above" if weight > book.cash_band.target else "below"
        notes.append(f"{CASH}: {side} its band, which a band plan does not trade for; full or cash_only does")
    return tuple(notes)


def _cause(one: Position, may_sell: bool, off: float, least: float) -> str:
    if one.price is None:
        return "since it has no price"
    if off > 0 and not may_sell:
        return "since this plan does not sell it"
    if abs(off) < least:
        return f"since the trade would be below the minimum of {least:g}"
    return "since there is not more cash"
