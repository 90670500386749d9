"""What happened to a portfolio."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np

Number = float | Decimal


class Kind(IntEnum):
    BUY = 0
    SELL = 1
    DIVIDEND = 2
    DEPOSIT = 3
    WITHDRAWAL = 4
    FEE = 5
    TAX = 6
    SPLIT = 7
    TRANSFER = 8


class Row(NamedTuple):
    """One transaction; what it means by kind: docs/portfolio-accounting.md. ``id`` is the caller's (a primary key)."""

    kind: Kind
    date: str | np.datetime64
    asset: int = -1
    quantity: Number | None = None
    price: Number | None = None
    amount: Number | None = None
    fee: Number | None = None
    tax: Number | None = None
    currency: int = 0
    sequence: int = 0
    id: int = -1


@dataclass(frozen=True, eq=False)
class Transactions:
    """N transactions in any order, one array [N] per field.

    ``kind`` int8 of ``Kind``; ``date`` datetime64[D]; ``asset`` int, -1 for none; ``quantity`` shares (new shares per
    old one for a SPLIT, negative for a TRANSFER out); ``price`` per share, ``amount`` (before fee and tax), ``fee`` and
    ``tax`` in ``currency`` (int), NaN where there is none; ``sequence`` int: the order of what is alike on one day;
    ``id`` int: what trails call a transaction. Figures may come as Decimal or None: they are kept as float64.
    """

    kind: np.ndarray
    date: np.ndarray
    asset: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    amount: np.ndarray
    fee: np.ndarray
    tax: np.ndarray
    currency: np.ndarray
    sequence: np.ndarray
    id: np.ndarray

    def __post_init__(self) -> None:
        kinds: dict[str, type | str] = {"kind": np.int8, "date": "datetime64[D]"}
        kinds |= dict.fromkeys(("asset", "currency", "sequence", "id"), np.int64)
        for column in fields(self):
            found = np.array(getattr(self, column.name), dtype=kinds.get(column.name, np.float64))
            if found.ndim != 1 or len(found) != len(self.kind):
                raise ValueError(f"{column.name}: one per transaction is needed: {found.shape} of {len(self.kind)}")
            found.flags.writeable = False
            object.__setattr__(self, column.name, found)

    def __len__(self) -> int:
        return len(self.kind)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Transactions":
        """From rows; an ``id`` of -1 becomes the row's number."""
        numbered = [row if row.id >= 0 else row._replace(id=number) for number, row in enumerate(rows)]
        columns = zip(*numbered, strict=True) if numbered else ([] for _ in Row._fields)
        return cls(**{name: np.array(column, dtype=object) for name, column in zip(Row._fields, columns, strict=True)})

    def take(self, rows: np.ndarray) -> "Transactions":
        """These rows (places or a mask), in their order."""
        return Transactions(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    @cached_property
    def gross(self) -> np.ndarray:
        """Money before fee and tax: the amount where it is given, else quantity x price, else 0: float64 [N]."""
        traded = np.where(np.isin(self.kind, (Kind.BUY, Kind.SELL, Kind.TRANSFER)), self.quantity * self.price, 0.0)
        return np.nan_to_num(np.where(np.isnan(self.amount), traded, self.amount))

    @cached_property
    def costs(self) -> np.ndarray:
        """Fee and tax that came with it: float64 [N]."""
        return np.asarray(np.nan_to_num(self.fee) + np.nan_to_num(self.tax))

    @cached_property
    def in_kind(self) -> np.ndarray:
        """Transfers of shares: bool [N]; other transfers exchange cash of one currency for that of another."""
        return np.asarray((self.kind == Kind.TRANSFER) & (self.asset >= 0))

    @cached_property
    def cash(self) -> np.ndarray:
        """What it does to the cash of its currency: float64 [N]."""
        sign = np.zeros(len(Kind))
        sign[[Kind.SELL, Kind.DIVIDEND, Kind.DEPOSIT, Kind.TRANSFER]] = 1.0
        sign[[Kind.BUY, Kind.WITHDRAWAL, Kind.FEE, Kind.TAX]] = -1.0
        return np.where(self.in_kind, 0.0, sign[self.kind]) * self.gross - self.costs
