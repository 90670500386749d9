"""Whether a portfolio's books can be, with what is about to be changed in them. No price is read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from market.models import Instrument
from portfolio.calc.accounting import Kind, Problem, Row, Transactions, book_problems, share_entries
from portfolio.models import Transaction
from portfolio.services.errors import PortfolioError
from portfolio.store.books import Book, book_read

NOTHING = 1e-9


class Broken(NamedTuple):
    """A transaction of the books that could not be any more. ``asset``: its instrument's id, None for none."""

    id: int
    asset: int | None
    field: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """``problems`` of the drafts by their place, ``broken`` transactions of the books; ``whole``: all transactions,
    where there are neither, of assets called ``names``.
    """

    problems: list[Problem]
    broken: list[Broken]
    whole: Transactions
    names: list[str]
    currencies: tuple[str, ...]

    @cached_property
    def shares(self) -> dict[str, float]:
        """By name, at the end."""
        return _shares(self.whole, self.names)

    @cached_property
    def cash(self) -> dict[str, float]:
        """By currency, at the end."""
        return _cash(self.whole, self.currencies)


def book_check(
    portfolio_id: int, drafts: Sequence[Transaction], *, without: Collection[int] = frozenset(),
    every_asset: bool = False,
) -> Checked:  # fmt: skip
    """Check the book with ``drafts`` in it and the transactions ``without`` (keys) taken out. Shares are counted of the
    assets that these are of, since all others are as they were when they were checked; or of ``every_asset``.
    """
    book = _with_names_of(book_read(portfolio_id), drafts)
    kept = ~np.isin(book.transactions.id, list(without))
    stored, added = book.transactions.take(kept), _rows(drafts, book)
    whole = _together(stored, added)
    touched = {*added.asset.tolist(), *book.transactions.asset[~kept].tolist()}
    known = Instrument.objects.in_bulk(list(book.instruments))
    names = [str(known[one]) for one in book.instruments]
    found = book_problems(whole, names=names, currencies=len(book.currencies), assets=None if every_asset else touched)
    first = len(stored)
    problems = [one._replace(row=one.row - first) for one in found if one.row >= first]
    broken = [_broken(one, whole, book) for one in found if one.row < first]
    return Checked(problems, broken, whole.take(np.arange(0)) if found else whole, names, book.currencies)


def _with_names_of(book: Book, drafts: Sequence[Transaction]) -> Book:
    """With places for the drafts' assets and currencies, behind its own."""
    ids = [one.instrument_id for one in drafts if one.instrument_id is not None]
    return replace(
        book, instruments=tuple(dict.fromkeys([*book.instruments, *ids])),
        currencies=tuple(dict.fromkeys([*book.currencies, *(one.currency for one in drafts)])),
    )  # fmt: skip


def _rows(drafts: Sequence[Transaction], book: Book) -> Transactions:
    """Behind all that is stored, where nothing else tells the order of a day."""
    behind = int(book.transactions.id.max(initial=0)) + 1
    assets: dict[int | None, int] = {one: place for place, one in enumerate(book.instruments)}
    currencies = {one: place for place, one in enumerate(book.currencies)}
    return Transactions.of(
        Row(
            Kind[one.kind], str(one.date), assets.get(one.instrument_id, -1), one.quantity, one.price, one.amount,
            Decimal(one.fee), Decimal(one.tax), currencies[one.currency], one.sequence, one.pk or behind + place,
        )
        for place, one in enumerate(drafts)
    )  # fmt: skip


def _together(first: Transactions, second: Transactions) -> Transactions:
    columns = (column.name for column in fields(Transactions))
    return Transactions(**{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in columns})


def _broken(problem: Problem, whole: Transactions, book: Book) -> Broken:
    asset = int(whole.asset[problem.row])
    key = int(whole.id[problem.row])
    return Broken(
        key, book.instruments[asset] if asset >= 0 else None, problem.field,
        f"{problem.reason} (transaction #{key} of the books)",
    )  # fmt: skip


def _shares(whole: Transactions, names: Sequence[str]) -> dict[str, float]:
    entries = share_entries(whole, names=names)
    held = dict(zip(entries["asset"].tolist(), entries["quantity"].tolist(), strict=True))  # the last of each stays
    return {names[asset]: quantity for asset, quantity in sorted(held.items()) if quantity > NOTHING}


def _cash(whole: Transactions, currencies: Sequence[str]) -> dict[str, float]:
    sums = np.bincount(whole.currency, weights=whole.cash, minlength=len(currencies)).tolist()
    return dict(zip(currencies, sums, strict=True))


def book_refusal(checked: Checked, *, single: bool) -> PortfolioError | None:
    """The error that says what is wrong, None where nothing is. ``single``: of one draft, whose row needs no number."""
    if checked.problems and not single:
        return rows_refusal(checked.problems)
    told = [f"{one.field}: {one.reason}" for one in checked.problems]
    told += [f"{one.field}: {one.reason}" for one in checked.broken]
    if not told:
        return None
    return PortfolioError(told[0] + (f"; and {len(told) - 1} more" if told[1:] else ""))


def rows_refusal(problems: Sequence[Problem]) -> PortfolioError:
    """Of a batch, whose rows people count from 1."""
    told = [one._replace(row=one.row + 1) for one in sorted(problems)]
    count = len({one.row for one in told})
    message = f"transactions: {count:,} {'row is' if count == 1 else 'rows are'} wrong: {told[0]}"
    return PortfolioError(message + ("; ..." if len(told) > 1 else ""), told)
