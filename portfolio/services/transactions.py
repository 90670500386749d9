"""Keeping the books: transactions added, changed and taken out, so that the whole can have happened at every moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from market.texts import storable
from portfolio.calc.accounting import Problem
from portfolio.models import Portfolio, Transaction
from portfolio.services.checking import book_check, book_refusal, rows_refusal
from portfolio.services.drafts import FIELDS, drafts_read, odd_fields
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.queueing import valuation_enqueue

BATCH = 2_000


def transaction_add(*, portfolio: Portfolio, source: str = "", **fields: Any) -> Transaction:
    """Book one transaction: ``date, kind, asset, quantity, price, amount, fee, tax, currency, sequence, note``.

    PortfolioError (field: reason) where it cannot be read, or where it, or a later one, could not have happened.
    """
    return _add(portfolio, [fields], source, single=True)[0]


def transactions_add(*, portfolio: Portfolio, rows: Sequence[Mapping[str, Any]], source: str = "") -> list[Transaction]:
    """Book several, all or none of them. PortfolioError names every wrong row (counted from 1) in ``problems``."""
    if not rows:
        raise PortfolioError("transactions: none of them")
    return _add(portfolio, rows, source, single=False)


@transaction.atomic
def _add(
    portfolio: Portfolio, rows: Sequence[Mapping[str, Any]], source: str, *, single: bool
) -> list[Transaction]:  # fmt: skip
    books_lock(portfolio)
    drafts = _read(portfolio, rows, single=single)
    refused = book_refusal(book_check(portfolio.pk, drafts), single=single)
    if refused:
        raise refused
    return drafts_store(portfolio, drafts, source)


def drafts_store(portfolio: Portfolio, drafts: Sequence[Transaction], source: str) -> list[Transaction]:
    """Write drafts that were checked, and have a worker value what comes of them."""
    for draft in drafts:
        draft.portfolio, draft.source = portfolio, storable(source)[:60]  # names of files are any bytes
    valuation_enqueue(portfolio=portfolio)
    return Transaction.objects.bulk_create(drafts, batch_size=BATCH)


@transaction.atomic
def transaction_update(*, entry: Transaction, **changes: Any) -> Transaction:
    """Change some fields of a transaction; the others stay. Errors as ``transaction_add``."""
    books_lock(entry.portfolio)
    stored = Transaction.objects.filter(pk=entry.pk).select_related("instrument", "portfolio").first()
    if stored is None:
        raise PortfolioNotFound(f"no transaction #{entry.pk}")
    draft = _read(stored.portfolio, [_written(stored) | changes], single=True)[0]
    for name in ("pk", "portfolio", "source", "import_key", "created_at"):
        setattr(draft, name, getattr(stored, name))
    entry_check(draft)
    draft.save(force_update=True)
    valuation_enqueue(portfolio=draft.portfolio)
    return draft


def transaction_check(*, portfolio: Portfolio, entry: Transaction | None = None, **fields: Any) -> list[Problem]:
    """What is wrong with a transaction that is still being written (in the place of ``entry``): nothing is booked."""
    drafts, problems = drafts_read([fields], base_currency=portfolio.base_currency)
    if problems:
        return problems
    if entry is not None:
        drafts[0].pk = entry.pk
    checked = book_check(portfolio.pk, drafts, without=[] if entry is None else [entry.pk])
    return [*checked.problems, *(Problem(0, one.field, one.reason) for one in checked.broken)]


def entry_check(entry: Transaction) -> None:
    """PortfolioError unless the books can be with ``entry`` as it is now, in the place of its stored row if it has one.
    Within a transaction it stays true until that ends.
    """
    books_lock(entry.portfolio)
    for field, reason in odd_fields(entry):
        raise PortfolioError(f"{field}: {reason}")
    without = [] if entry.pk is None else [entry.pk]
    refused = book_refusal(book_check(entry.portfolio_id, [entry], without=without), single=True)
    if refused:
        raise refused


@transaction.atomic
def transactions_delete(*, portfolio: Portfolio, ids: Sequence[int]) -> int:
    """Take transactions out; how many there were. PortfolioNotFound for one that is not of the portfolio,
    PortfolioError when what is left could not have happened.
    """
    books_lock(portfolio)
    found = portfolio.transactions.filter(pk__in=ids)
    missing = sorted(set(ids) - set(found.values_list("pk", flat=True)))
    if missing:
        raise PortfolioNotFound(f"no transaction #{missing[0]} in this portfolio")
    refused = book_refusal(book_check(portfolio.pk, [], without=ids), single=True)
    if refused:
        raise refused
    valuation_enqueue(portfolio=portfolio)
    return found.delete()[0]


def books_lock(portfolio: Portfolio) -> None:
    """One change of a portfolio's books at a time, until the caller's database transaction ends."""
    rows = Portfolio.objects.select_for_update(no_key=True).filter(pk=portfolio.pk)
    if not rows.values_list("pk", flat=True).first():
        raise PortfolioNotFound(f"no portfolio #{portfolio.pk}")


def _read(
    portfolio: Portfolio, rows: Sequence[Mapping[str, Any]], *, single: bool
) -> list[Transaction]:  # fmt: skip
    drafts, problems = drafts_read(rows, base_currency=portfolio.base_currency)
    if problems:
        raise PortfolioError(f"{problems[0].field}: {problems[0].reason}") if single else rows_refusal(problems)
    return drafts


def _written(entry: Transaction) -> dict[str, Any]:
    """A transaction in the words it was asked for in."""
    return {name: getattr(entry, name) for name in FIELDS if name != "asset"} | {
        "asset": str(entry.instrument) if entry.instrument else None
    }
