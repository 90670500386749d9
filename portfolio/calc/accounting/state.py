"""What must be known of a portfolio at the end of a session to go on from there."""

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio.calc.accounting.errors import AccountingError
from portfolio.calc.accounting.lots import Holding, Lot, Money

VERSION = 1


@dataclass(frozen=True, eq=False)
class State:
    """After everything dated ``day`` or before (None: before everything). ``holdings`` by asset; float64 [C] ``cash``
    and ``rate`` (NaN where none is known yet), float64 [N] ``price``; ``rate_age`` and ``price_age`` int64: sessions
    since then, -1 where there is none.
    """

    day: np.datetime64 | None
    holdings: dict[int, Holding]
    cash: np.ndarray
    price: np.ndarray
    price_age: np.ndarray
    rate: np.ndarray
    rate_age: np.ndarray

    @classmethod
    def empty(cls, *, assets: int, currencies: int) -> "State":
        return cls(
            None, {}, np.zeros(currencies), np.full(assets, np.nan), np.full(assets, -1, np.int64),
            np.full(currencies, np.nan), np.full(currencies, -1, np.int64),
        )  # fmt: skip

    def widened(self, *, assets: int, currencies: int) -> "State":
        """With room for assets and currencies that were added behind the old ones."""
        new_assets, new_currencies = assets - len(self.price), currencies - len(self.cash)
        if new_assets < 0 or new_currencies < 0:
            raise AccountingError("the state knows more assets or currencies than the market")
        return State(
            self.day, self.holdings, np.r_[self.cash, np.zeros(new_currencies)],
            np.r_[self.price, np.full(new_assets, np.nan)], np.r_[self.price_age, np.full(new_assets, -1)],
            np.r_[self.rate, np.full(new_currencies, np.nan)], np.r_[self.rate_age, np.full(new_currencies, -1)],
        )  # fmt: skip

    def quantities(self) -> np.ndarray:
        """Shares of each asset: float64 [N]."""
        held = np.zeros(len(self.price))
        for asset, holding in self.holdings.items():
            held[asset] = holding.quantity
        return held


def pack(state: State) -> dict[str, Any]:
    """The state as JSON knows it (no NaN); floats come back from there to the last bit."""
    return {
        "version": VERSION,
        "day": None if state.day is None else str(state.day),
        "cash": state.cash.tolist(),
        "price": _known(state.price),
        "price_age": state.price_age.tolist(),
        "rate": _known(state.rate),
        "rate_age": state.rate_age.tolist(),
        "holdings": {str(asset): _packed(holding) for asset, holding in state.holdings.items()},
    }


def unpack(stored: dict[str, Any]) -> State:
    """What ``pack`` made; AccountingError for another version: then compute from the beginning."""
    if stored.get("version") != VERSION:
        raise AccountingError(f"a stored state of version {stored.get('version')} cannot be read, only {VERSION}")
    return State(
        None if stored["day"] is None else np.datetime64(stored["day"], "D"),
        {int(asset): _unpacked(holding) for asset, holding in stored["holdings"].items()},
        np.array(stored["cash"], np.float64),
        np.array(stored["price"], np.float64),
        np.array(stored["price_age"], np.int64),
        np.array(stored["rate"], np.float64),
        np.array(stored["rate_age"], np.int64),
    )


def _known(figures: np.ndarray) -> list[float | None]:
    return [None if math.isnan(figure) else figure for figure in figures.tolist()]


def _packed(holding: Holding) -> list[Any]:
    money = (holding.average, holding.fifo, holding.realised_average, holding.realised_fifo)
    lots = [[lot.id, lot.day, lot.quantity, *lot.cost] for lot in holding.lots]
    return [holding.quantity, [list(one) for one in money], lots]


def _unpacked(stored: list[Any]) -> Holding:
    quantity, money, lots = stored  # a database may give 1e20 back as a whole number
    kept = deque(Lot(number, day, float(shares), _money(cost)) for number, day, shares, *cost in lots)
    average, fifo, realised_average, realised_fifo = (_money(one) for one in money)
    return Holding(float(quantity), average, fifo, realised_average, realised_fifo, kept)


def _money(stored: list[float]) -> Money:
    local, base = stored
    return Money(float(local), float(base))
