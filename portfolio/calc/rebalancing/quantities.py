"""How many shares: sales first, buys with the money there is, whole lots, and cash never below zero."""

import numpy as np

from portfolio.calc.rebalancing.book import WHOLE, Book
from portfolio.calc.rebalancing.costs import Till
from portfolio.calc.rebalancing.filling import fill_shortfalls
from portfolio.calc.rebalancing.goals import Goals

ROUNDING = 1e-9  # of a lot: 2.9999999999 lots are three
ROUNDS = 50  # costs lower the value that weights are of, which changes the trades, which changes the costs
CATCHES = 5
SETTLED = 1e-12  # of the value


class Trader:
    """Finds the trades [N] (shares, negative sold) that bring ``book`` to ``goals``. ``least``: no smaller value."""

    def __init__(self, book: Book, goals: Goals, till: Till, least: float) -> None:
        self.book, self.goals, self.till, self.least = book, goals, till, least
        self.lot = np.array([one.lot for one in book.positions], dtype=np.float64)
        self.priced = ~np.isnan(book.price)

    def trades(self) -> np.ndarray:
        """The trades. Where some would be smaller than ``least``, the smallest are given up and the others are found
        anew, since what those would have cost or brought is theirs now.
        """
        able = self.priced.copy()
        while True:
            shares = self._settled(able)
            size = np.abs(shares) * self.till.price
            small = np.flatnonzero((shares != 0) & (size < self.least))
            if not len(small):
                return self._refined(shares, able)
            # A quarter at a time: money for ten buys that are all too small is enough for a few.
            able[small[np.argsort(size[small], kind="stable")][: -(-len(small) // 4)]] = False

    def _refined(self, shares: np.ndarray, able: np.ndarray) -> np.ndarray:
        """``shares`` with the lots that rounding left money for. The best of several tries, which differ in how they
        meet this: a lot less sold saves its tax, which raises what the weights are of, and so all goals.
        """
        best, least_off = shares, self._off(shares, able)
        for unsell in (True, False):
            start = shares
            for _ in range(CATCHES):
                full = self._topped_up(start, able, unsell)
                size = np.abs(full) * self.till.price
                if ((full != 0) & (size < self.least)).any():
                    break
                off = self._off(full, able)
                if off <= ROUNDING * self.book.value:
                    return full
                if off < least_off:
                    best, least_off = full, off
                start = self._towards(self.goals.weight / WHOLE * self._left(full), able)
        return best

    def _off(self, shares: np.ndarray, able: np.ndarray) -> float:
        """By how much traded assets are further than a lot from their goals, together."""
        beyond = np.abs(self._value(shares) - self._goal(shares)) - self.lot * self.till.price * (1.0 + ROUNDING)
        return float(np.where(able & (shares != 0), np.maximum(beyond, 0.0), 0.0).sum())

    def _settled(self, able: np.ndarray) -> np.ndarray:
        """Trades towards the goals' shares of the value that is left after their own costs."""
        worth = self.book.value
        for _ in range(ROUNDS):
            shares = self._towards(self.goals.weight / WHOLE * worth, able)
            left = self.book.value - self.till.bill(shares).paid
            if abs(left - worth) <= SETTLED * self.book.value:
                break
            worth = left
        return shares

    def _towards(self, wanted: np.ndarray, able: np.ndarray) -> np.ndarray:
        """Trades towards values ``wanted`` [N + 1]: sales to the goal or a part of a lot below, buys up to it."""
        missing = wanted[:-1] - self.book.values[:-1]
        sold = -self._sales(np.where(able & self.goals.sells, -missing, 0.0), wanted[:-1])
        shortfall = np.r_[np.where(able & self.goals.buys & (sold == 0), missing, 0.0), wanted[-1]]
        cost = np.r_[np.full(len(sold), self.till.commission), 0.0]
        return sold + self._whole(fill_shortfalls(shortfall, self.till.bill(sold).cash, cost)[:-1], up=False)

    def _sales(self, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Shares worth at least ``values`` [N] in whole lots, as far as there are any; all of what is unwanted."""
        held = self.book.quantity
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = np.where(self.lot > 0, np.floor(held / self.lot + ROUNDING) * self.lot, held)
        return np.where(wanted > 0, np.minimum(self._whole(values, up=True), whole), np.where(values > 0, held, 0.0))

    def _whole(self, values: np.ndarray, *, up: bool) -> np.ndarray:
        """Shares worth ``values`` [N] (not negative) in whole lots, at most as much or (``up``) at least as much."""
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(self.priced & (values > 0), values / self.till.price, 0.0)
            lots = shares / self.lot
            whole = np.ceil(lots - ROUNDING) if up else np.floor(lots + ROUNDING)
        return np.where(self.lot > 0, np.where(self.lot > 0, whole, 0.0) * self.lot, shares)

    def _topped_up(self, shares: np.ndarray, able: np.ndarray, unsell: bool) -> np.ndarray:
        """Lots bought more, or (``unsell``) sold less, one by one with the cash that rounding left, as long as the
        sum of absolute drifts falls; and lots given back where rounding 2.9999999999 up spent more than there was.
        """
        shares = shares + self._behind(shares, able)
        while (best := self._best_lot(shares, able, unsell)) is not None:
            shares[best] += self.lot[best]
        shares = shares + self._behind(shares, able)
        while self.till.bill(shares).cash < 0 and (shares > 0).any():
            last = int(np.argmax(np.where(shares > 0, self._value(shares) - self._goal(shares), -np.inf)))
            shares[last] = self._less(shares[last], float(self.lot[last]))
        return shares

    def _behind(self, shares: np.ndarray, able: np.ndarray) -> np.ndarray:
        """Whole lots of assets that are more than one below their goal, since costs came out lower than was reckoned
        with; cash may come a share of the dearest asset below its own goal for them. float64 [N]
        """
        bill, size = self.till.bill(shares), self.lot * self.till.price
        short = self._goal(shares) - self._value(shares)
        more = able & (short > size * (1.0 + ROUNDING)) & (shares * self.till.price >= self.least) & (shares > 0)
        more |= (
            able & (short > size * (1.0 + ROUNDING)) & (shares == 0) & self.goals.buys & (short >= self.least + size)
        )
        kept = self.goals.weight[-1] / WHOLE * self._left(shares) - float(size[able].max(initial=0.0))
        cost = np.full(len(shares), self.till.commission)
        return self._whole(fill_shortfalls(np.where(more, short, 0.0), bill.cash - max(kept, 0.0), cost), up=False)

    def _best_lot(self, shares: np.ndarray, able: np.ndarray, unsell: bool) -> int | None:
        """The asset whose next lot lowers the sum of absolute drifts most; None where no lot does or is paid for."""
        bill = self.till.bill(shares)
        size = self.lot * self.till.price
        short = self._goal(shares) - self._value(shares)
        off = self._value(shares) - self._target(shares)[:-1]
        spare = bill.cash - self._target(shares)[-1]
        fee = size * self.till.commission
        fall = np.abs(off) - np.abs(off + size) + abs(spare) - np.abs(spare - size - fee)
        may = able & (self.lot > 0) & (short > 0) & np.where(shares < 0, self.goals.sells, self.goals.buys)
        may &= unsell | (shares >= 0)
        value = np.abs((shares + self.lot) * self.till.price)
        may &= (value == 0) | (value >= self.least)
        may &= bill.cash >= size + fee
        fall = np.where(may, fall, 0.0)
        best = int(np.argmax(fall)) if len(fall) else 0
        return best if len(fall) and fall[best] > SETTLED * self.book.value else None

    def _less(self, shares: float, lot: float) -> float:
        return max(shares - lot, 0.0) if lot > 0 else float(np.nextafter(shares * (1.0 - 1e-15), 0.0))

    def _value(self, shares: np.ndarray) -> np.ndarray:
        return np.asarray(self.book.values[:-1] + shares * self.till.price)

    def _left(self, shares: np.ndarray) -> float:
        return self.book.value - self.till.bill(shares).paid

    def _goal(self, shares: np.ndarray) -> np.ndarray:
        return np.asarray(self.goals.weight[:-1] / WHOLE * self._left(shares))

    def _target(self, shares: np.ndarray) -> np.ndarray:
        return np.asarray(self.book.targets / WHOLE * self._left(shares))
