"""What a simulation knows on a session."""

import math
from dataclasses import dataclass, field

import numpy as np

from backtests.calc.account import Account, Why
from backtests.calc.ledger import Book, Ending, Side
from backtests.calc.prices import Prices
from backtests.calc.quantities import Costs, Lots
from backtests.calc.rules import Fill, Mode, Rules
from backtests.calc.signals import Signals
from backtests.calc.timetable import Timetable
from backtests.sizing import Sizing, sizing_named


class Waiting:
    """Orders that are not filled yet. ``sells``: whole positions, name -> why. ``buys``: name -> weight, best first,
    all chosen on the session ``signal``; ``side`` tells what they are in the list of cancelled orders.
    """

    def __init__(self, book: Book, side: Side) -> None:
        self.book, self.side = book, side
        self.sells: dict[int, Why] = {}
        self.buys: dict[int, float] = {}
        self.signal = -1

    def cancel_buy(self, session: int, name: int, ending: Ending, shares: float = 0.0) -> None:
        del self.buys[name]
        self.book.cancel(session, name, self.side, ending, signal=self.signal, shares=shares)

    def cancel_all(self, session: int, ending: Ending, *, sells: bool) -> None:
        for name in list(self.buys):
            self.cancel_buy(session, name, ending)
        if sells:
            for name, why in self.sells.items():
                self.book.cancel(session, name, Side.SELL, ending, signal=why.signal)


@dataclass
class State:
    """Everything of one simulation. ``fill_price`` float [T, N]: the prices at which orders are filled; ``sold``: names
    sold on the present session.
    """

    prices: Prices
    signals: Signals
    rules: Rules
    book: Book
    account: Account
    waiting: Waiting
    costs: Costs
    lots: Lots
    fill_price: np.ndarray
    splits: Timetable
    dividends: Timetable
    sizing: Sizing
    sold: set[int] = field(default_factory=set)

    @classmethod
    def begin(cls, prices: Prices, signals: Signals, rules: Rules) -> "State":
        book = Book()
        return cls(
            prices=prices, signals=signals, rules=rules, book=book,
            account=Account(prices, rules, book),
            waiting=Waiting(book, Side.BUY if rules.mode is Mode.FILL else Side.ADJUST),
            costs=Costs.of(rules),
            lots=Lots(np.broadcast_to(np.asarray(rules.lot_size, np.float64), (prices.instruments,)), rules.fractional),
            fill_price=prices.open if rules.fill is Fill.NEXT_OPEN else prices.close,
            splits=Timetable(prices.splits, prices.rank, prices.sessions),
            dividends=Timetable(prices.dividends, prices.rank, prices.sessions),
            sizing=sizing_named(rules.sizing),
        )  # fmt: skip

    def price(self, session: int, name: int) -> float | None:
        """The price at which orders of ``name`` are filled on ``session``, None where it does not trade."""
        prices = self.prices
        price = self.fill_price.item(session, name)
        has_bar = price > 0 and prices.close.item(session, name) > 0 and prices.volume.item(session, name) != 0
        return price if has_bar and session <= prices.ends.item(name) else None

    def most(self, session: int, name: int, shares: float) -> float:
        """``shares``, or as many of them as the volume cap allows."""
        cap = self.rules.volume_cap
        if cap is None:
            return shares
        volume = self.prices.volume.item(session, name)
        if math.isnan(volume):
            self.book.note("a volume is not known: the volume cap was not applied", session)
            return shares
        allowed = volume * (cap / 100.0)
        return shares if shares <= allowed else self.lots.whole(name, allowed)
