"""From transactions to quantities, costs and realised gains, one after the other."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from portfolio.calc.accounting.day_order import turns
from portfolio.calc.accounting.errors import Problem, TransactionErrors
from portfolio.calc.accounting.lots import NOTHING, Holding, Lot, Money
from portfolio.calc.accounting.trail import CLOSING, ENTRY
from portfolio.calc.accounting.transactions import Kind, Transactions

Holdings = dict[int, Holding]


class Positions(NamedTuple):
    """``entries`` ENTRY [K] and ``closings`` CLOSING [L], in the order of booking; ``kept``: holdings by asset
    after the days asked for.
    """

    entries: np.ndarray
    closings: np.ndarray
    kept: dict[int, Holdings]


def positions_of(
    t: Transactions, money: np.ndarray, *, start: Mapping[int, Holding], rows: np.ndarray, names: tuple[str, ...],
    keep: list[int],
) -> Positions:  # fmt: skip
    """Book ``t`` (in the order of ``day_order``) upon the holdings ``start``, which stay as they are.

    ``money`` float64 [N, 2]: what was paid for or received (costs in it), in the currency of the asset and in base.
    ``rows`` [N]: what errors call the transactions. ``keep``: days since 1970, ascending, after which holdings are
    kept. TransactionErrors names every sale and transfer of shares that are not there.
    """
    book = _Book({asset: holding.copy() for asset, holding in start.items()}, names)
    kept: dict[int, Holdings] = {}
    columns = (t.kind, t.date.astype(np.int64), t.asset, t.quantity, t.id, rows, money[:, 0], money[:, 1])
    shares = [_Item(*item) for item in zip(*(column.tolist() for column in columns), strict=True)]
    bounds, waiting = turns(t).tolist(), list(keep)
    for first, last in pairwise(bounds):
        while waiting and shares[first].day > waiting[0]:
            kept[waiting.pop(0)] = book.copied()
        for item in book.in_turn(shares[first:last]):
            book.enter(item)
    if book.problems:
        raise TransactionErrors(book.problems)
    kept |= {day: book.copied() for day in waiting}
    return Positions(np.array(book.entries, ENTRY), np.array(book.closings, CLOSING), kept)


class _Item(NamedTuple):
    kind: int
    day: int
    asset: int
    quantity: float
    id: int
    row: int
    local: float
    base: float


class _Book:
    def __init__(self, holdings: Holdings, names: tuple[str, ...]) -> None:
        self.holdings, self.names = holdings, names
        self.entries: list[tuple[object, ...]] = []
        self.closings: list[tuple[object, ...]] = []
        self.problems: list[Problem] = []
        self.touched = set(holdings)

    def copied(self) -> Holdings:
        return {asset: holding.copy() for asset, holding in self.holdings.items()}

    def in_turn(self, items: list[_Item]) -> list[_Item]:
        """Sales before buys, unless the sales are more than is held."""
        if len(items) == 1 or items[0].kind == items[-1].kind:
            return items
        sold = sum(item.quantity for item in items if item.kind == Kind.SELL)
        if self._holding(items[0].asset).has(sold):
            return items
        return sorted(items, key=lambda item: item.kind == Kind.SELL)

    def enter(self, item: _Item) -> None:
        if item.kind == Kind.BUY or (item.kind == Kind.TRANSFER and item.asset >= 0 and item.quantity > 0):
            self._came(item)
        elif item.kind == Kind.SELL or (item.kind == Kind.TRANSFER and item.asset >= 0):
            self._went(item, abs(item.quantity))
        elif item.kind == Kind.SPLIT:
            holding = self._holding(item.asset)
            before = holding.quantity
            holding.split(item.quantity)
            self._write(item, holding, holding.quantity - before)

    def _holding(self, asset: int) -> Holding:
        return self.holdings.setdefault(asset, Holding())

    def _came(self, item: _Item) -> None:
        holding = self._holding(item.asset)
        holding.add(Lot(item.id, item.day, item.quantity, Money(item.local, item.base)))
        self.touched.add(item.asset)
        self._write(item, holding, item.quantity)

    def _went(self, item: _Item, quantity: float) -> None:
        holding = self._holding(item.asset)
        if not holding.has(quantity):
            self._refuse(item, quantity, holding.quantity)
            return
        before = holding.quantity
        gone = holding.release(quantity)
        carried = item.kind == Kind.TRANSFER
        paid = Money(item.local, item.base)
        by_average = NOTHING if carried else paid.less(gone.average)
        by_lots = NOTHING if carried else paid.less(gone.fifo)
        holding.realised_average = holding.realised_average.plus(by_average)
        holding.realised_fifo = holding.realised_fifo.plus(by_lots)
        for lot in gone.lots:
            self._close(item, lot, lot.cost if carried else paid.times(lot.quantity / quantity))
        self._write(item, holding, holding.quantity - before, by_average, by_lots)

    def _close(self, item: _Item, lot: Lot, proceeds: Money) -> None:
        self.closings.append((
            item.id, lot.id, item.asset, item.kind, lot.day, item.day, lot.quantity, *lot.cost, *proceeds,
            *proceeds.less(lot.cost),
        ))  # fmt: skip

    def _write(
        self, item: _Item, holding: Holding, change: float, by_average: Money = NOTHING, by_lots: Money = NOTHING
    ) -> None:
        self.entries.append((
            item.id, item.day, item.asset, item.kind, change, holding.quantity, *holding.average, *holding.fifo,
            *by_average, *by_lots,
        ))  # fmt: skip

    def _refuse(self, item: _Item, quantity: float, held: float) -> None:
        name, day = self.names[item.asset], np.datetime64(item.day, "D")
        does = "sells" if item.kind == Kind.SELL else "transfers out"
        there = f"only {held:.10g} are held" if item.asset in self.touched else "none came in before"
        self.problems.append(Problem(item.row, "quantity", f"{does} {quantity:.10g} of {name} on {day}, but {there}"))
