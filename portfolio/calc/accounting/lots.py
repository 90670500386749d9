"""What is held of one asset, and what it cost: by average and by lots, first in first out, side by side."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

DUST = 1e-9  # of what was there: no shares, but rounding


class Money(NamedTuple):
    """The same sum in the asset's currency and, at the rate of its day, in the base currency."""

    local: float
    base: float

    def plus(self, other: "Money") -> "Money":
        return Money(self.local + other.local, self.base + other.base)

    def less(self, other: "Money") -> "Money":
        return Money(self.local - other.local, self.base - other.base)

    def times(self, factor: float) -> "Money":
        return Money(self.local * factor, self.base * factor)


NOTHING = Money(0.0, 0.0)


class Lot(NamedTuple):
    """``quantity`` shares (of today, after all splits) that transaction ``id`` opened on ``day`` (days since 1970) for
    ``cost``, fee and tax included.
    """

    id: int
    day: int
    quantity: float
    cost: Money


class Released(NamedTuple):
    """What left: its cost by average and by lots, and the lots or parts of lots that it was."""

    average: Money
    fifo: Money
    lots: list[Lot]


@dataclass(slots=True)
class Holding:
    """``average`` and ``fifo``: what the shares held now cost, by either method; realised gains since the beginning."""

    quantity: float = 0.0
    average: Money = NOTHING
    fifo: Money = NOTHING
    realised_average: Money = NOTHING
    realised_fifo: Money = NOTHING
    lots: deque[Lot] = field(default_factory=deque)

    def add(self, lot: Lot) -> None:
        self.quantity += lot.quantity
        self.average = self.average.plus(lot.cost)
        self.fifo = self.fifo.plus(lot.cost)
        self.lots.append(lot)

    def has(self, quantity: float) -> bool:
        return quantity <= self.quantity * (1.0 + DUST)

    def release(self, quantity: float) -> Released:
        """Take ``quantity`` out; ``has`` it must be. All but a billionth is all."""
        if self.quantity - quantity <= DUST * self.quantity:
            gone = Released(self.average, self.fifo, list(self.lots))
            self.quantity, self.average, self.fifo = 0.0, NOTHING, NOTHING
            self.lots.clear()
            return gone
        average = self.average.times(quantity / self.quantity)
        lots = self._first_in(quantity)
        fifo = NOTHING
        for lot in lots:
            fifo = fifo.plus(lot.cost)
        self.quantity -= quantity
        self.average, self.fifo = self.average.less(average), self.fifo.less(fifo)
        return Released(average, fifo, lots)

    def split(self, ratio: float) -> None:
        """``ratio`` new shares for each old one: costs and fractions stay."""
        self.quantity *= ratio
        self.lots = deque(lot._replace(quantity=lot.quantity * ratio) for lot in self.lots)

    def copy(self) -> "Holding":
        return Holding(
            self.quantity, self.average, self.fifo, self.realised_average, self.realised_fifo, self.lots.copy()
        )

    def _first_in(self, quantity: float) -> list[Lot]:
        taken: list[Lot] = []
        while quantity > 0 and self.lots:
            lot = self.lots.popleft()
            if lot.quantity - quantity > DUST * lot.quantity:
                part = Lot(lot.id, lot.day, quantity, lot.cost.times(quantity / lot.quantity))
                self.lots.appendleft(lot._replace(quantity=lot.quantity - quantity, cost=lot.cost.less(part.cost)))
                lot = part
            taken.append(lot)
            quantity -= lot.quantity
        return taken
