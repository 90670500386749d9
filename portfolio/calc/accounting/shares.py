"""Books without prices: whether what was sold was there, and how many shares were held when."""

from collections.abc import Collection, Sequence

import numpy as np

from portfolio.calc.accounting.checks import problems_of
from portfolio.calc.accounting.day_order import day_order
from portfolio.calc.accounting.errors import Problem, TransactionErrors
from portfolio.calc.accounting.positions import positions_of
from portfolio.calc.accounting.transactions import Kind, Transactions

NOTHING = 1e-9  # shares


def share_entries(t: Transactions, *, names: Sequence[str]) -> np.ndarray:
    """ENTRY [K], one per transaction that touched shares, in the order of booking; its costs are 0, since no rate is
    known here. TransactionErrors names every sale and transfer of shares that are not there, on whatever date.
    """
    order = day_order(t)
    free = np.zeros((len(t), 2))
    return positions_of(t.take(order), free, start={}, rows=order, names=tuple(names), keep=[]).entries


def book_problems(
    t: Transactions, *, names: Sequence[str], currencies: int, assets: Collection[int] | None = None
) -> list[Problem]:
    """What is wrong in a whole book, by row: by itself (``problems_of``), else in what is sold, of some ``assets`` or
    of all: shares of one never depend on those of another.
    """
    found = problems_of(t, assets=len(names), currencies=currencies)
    if found:
        return found
    rows = np.arange(len(t)) if assets is None else np.flatnonzero(np.isin(t.asset, list(assets)))
    try:
        share_entries(t.take(rows), names=names)
    except TransactionErrors as error:
        return [one._replace(row=int(rows[one.row])) for one in error.problems]
    return []


def shares_before(t: Transactions, asset: int, days: np.ndarray) -> np.ndarray:
    """Shares of one asset at the end of the day before each of ``days`` datetime64[D] [T]: float64 [T]. Nothing is
    checked: of books that cannot be, the figures may be below zero.
    """
    own = np.flatnonzero(t.asset == asset)
    own = own[np.lexsort((t.kind[own] != Kind.SPLIT, t.date[own]))]  # trades of a day are in new shares
    kind, quantity = t.kind[own], np.nan_to_num(t.quantity[own])
    moved = np.isin(kind, (Kind.BUY, Kind.TRANSFER)) * quantity - (kind == Kind.SELL) * quantity
    ratio = np.cumprod(np.where(kind == Kind.SPLIT, quantity, 1.0))
    held = ratio * np.cumsum(moved / ratio)  # added up in shares of the beginning
    held[np.abs(held) < NOTHING] = 0.0
    return np.r_[0.0, held][np.searchsorted(t.date[own], days, side="left")]
