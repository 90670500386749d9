"""What a transaction must say, by kind. Whether there is enough to sell is known only when it is its turn."""

from collections.abc import Iterator

import numpy as np

from portfolio.calc.accounting.errors import Problem
from portfolio.calc.accounting.transactions import Kind, Transactions

AMOUNT_TOLERANCE, ROUNDING = 0.005, 0.01  # brokers round the amount, or the price they print
Finding = tuple[np.ndarray, str, str]


def problems_of(transactions: Transactions, *, assets: int, currencies: int) -> list[Problem]:
    """Everything that is wrong by itself, by row; ``assets`` and ``currencies`` are how many there are. Dates in the
    future are the caller's to refuse: nothing here knows the day.
    """
    found: list[Problem] = []
    if not len(transactions):
        return found
    for finder in (_names, _signs, _needed, _amounts_that_differ, _one_sided_exchanges):
        for wrong, field, reason in finder(transactions, assets, currencies):
            values = getattr(transactions, field)
            found += [Problem(int(row), field, reason.format(_told(values[row]))) for row in np.flatnonzero(wrong)]
    return sorted(found)


def _told(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _is(t: Transactions, *kinds: Kind) -> np.ndarray:
    return np.isin(t.kind, kinds)


def _names(t: Transactions, assets: int, currencies: int) -> Iterator[Finding]:
    yield (t.kind < 0) | (t.kind >= len(Kind)), "kind", "unknown kind {}"
    yield np.isnat(t.date), "date", "is missing"
    yield (t.asset < -1) | (t.asset >= assets), "asset", "unknown asset {}"
    yield (t.currency < 0) | (t.currency >= currencies), "currency", "unknown currency {}"
    yield _is(t, Kind.BUY, Kind.SELL, Kind.SPLIT) & (t.asset == -1), "asset", "is missing"
    yield _is(t, Kind.DEPOSIT, Kind.WITHDRAWAL) & (t.asset >= 0), "asset", "is about cash alone; found asset {}"


def _signs(t: Transactions, assets: int, currencies: int) -> Iterator[Finding]:
    for field in ("quantity", "price", "amount", "fee", "tax"):
        yield np.isinf(getattr(t, field)), field, "must be a finite number, not {}"
    for field in ("price", "fee", "tax"):
        yield getattr(t, field) < 0, field, "must not be negative, found {}"
    yield _is(t, Kind.BUY, Kind.SELL) & ~(t.quantity > 0), "quantity", "must be above 0, not {}"
    yield _is(t, Kind.SPLIT) & ~(t.quantity > 0), "quantity", "the split ratio must be above 0, not {}"
    yield t.in_kind & ~(np.abs(t.quantity) > 0), "quantity", "must be above 0 (in) or below (out), not {}"
    positive = _is(t, Kind.DIVIDEND, Kind.DEPOSIT, Kind.WITHDRAWAL)
    yield positive & ~(t.amount > 0), "amount", "must be above 0, not {}"
    any_sign = _is(t, Kind.FEE, Kind.TAX) | (_is(t, Kind.TRANSFER) & (t.asset == -1))
    yield any_sign & ~(np.abs(t.amount) > 0), "amount", "must be a number other than 0, not {}"
    yield (_is(t, Kind.BUY, Kind.SELL) | t.in_kind) & (t.amount < 0), "amount", "must not be negative, found {}"


def _needed(t: Transactions, assets: int, currencies: int) -> Iterator[Finding]:
    unpriced = np.isnan(t.price) & np.isnan(t.amount)
    yield _is(t, Kind.BUY, Kind.SELL) & unpriced, "price", "is missing, and so is the amount"
    yield t.in_kind & (t.quantity > 0) & unpriced, "price", "the cost per share that is carried over is missing"


def _amounts_that_differ(t: Transactions, assets: int, currencies: int) -> Iterator[Finding]:
    product = t.quantity * t.price
    differs = np.abs(t.amount - product) > AMOUNT_TOLERANCE * np.abs(product) + ROUNDING
    yield _is(t, Kind.BUY, Kind.SELL) & differs, "amount", "{} is not quantity x price"


def _one_sided_exchanges(t: Transactions, assets: int, currencies: int) -> Iterator[Finding]:
    """Cash that is exchanged leaves in one currency and arrives in another on the same day."""
    exchange = _is(t, Kind.TRANSFER) & (t.asset == -1)
    _, day = np.unique(t.date, return_inverse=True)
    place = day * (currencies + 1) + np.clip(t.currency, 0, currencies)  # a day's cash of one currency
    lonely = exchange.copy()
    for side, other in ((t.amount > 0, t.amount < 0), (t.amount < 0, t.amount > 0)):
        counterparts = np.bincount(day[exchange & other], minlength=len(t))[day]
        of_its_own = np.bincount(place[exchange & other], minlength=place.max(initial=0) + 1)[place]
        lonely[side & (counterparts > of_its_own)] = False
    yield (
        lonely,
        "amount",
        ("{} has no counterpart on that day in another currency: what comes from outside is a DEPOSIT or WITHDRAWAL"),
    )
