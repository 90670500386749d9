"""The calculation over what was read, its errors told by date and key of the transaction."""

from collections.abc import Sequence

import numpy as np

from portfolio.calc.accounting import AccountingError, Market, State, TransactionErrors, Valuation, valuation_from
from portfolio.services.errors import PortfolioError
from portfolio.store.books import Book

TOLD = 5  # problems in a message


def run_of(book: Book, state: State, market: Market, *, keep: Sequence[np.datetime64] = ()) -> Valuation:
    """``valuation_from``; PortfolioError for what cannot be valued."""
    try:
        return valuation_from(state, book.transactions, market, keep=keep)
    except TransactionErrors as error:
        raise PortfolioError(f"transactions: {_told(error, book)}") from error
    except AccountingError as error:
        raise PortfolioError(f"valuation: {error}") from error


def _told(error: TransactionErrors, book: Book) -> str:
    """Problems by key and date, as a person looks for them."""
    rows = book.transactions
    told = [f"#{rows.id[one.row]} of {rows.date[one.row]}, {one.field}: {one.reason}" for one in error.problems[:TOLD]]
    more = len(error.problems) - TOLD
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")
