"""Portfolios: made, changed, deleted."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError, PortfolioNotFound, refusal
from portfolio.services.queueing import valuation_enqueue
from portfolio.services.reading import currency_read, line_read, text_read
from portfolio.services.transactions import books_lock
from portfolio.store.books import portfolio_lock

SETTINGS = (
    "name", "base_currency", "description", "risk_free_rate", "commission", "sales_tax", "gains_tax", "minimum_trade",
    "lot",
)  # fmt: skip
OF_VALUES = ("base_currency", "risk_free_rate")  # every stored value and figure depends on them
LONGEST_NAME = Portfolio._meta.get_field("name").max_length or 0
LONGEST_DESCRIPTION = 5_000
_READ: dict[str, Callable[[Any], str]] = {
    "name": lambda value: line_read(value, LONGEST_NAME), "base_currency": currency_read,
    "description": lambda value: text_read(value, LONGEST_DESCRIPTION),
}  # fmt: skip


def portfolio_create(*, owner: User, name: str, base_currency: str, **settings: Any) -> Portfolio:
    """A portfolio without transactions. ``settings``: others of ``SETTINGS``. PortfolioError (field: reason)."""
    made = Portfolio(owner=owner)
    _set(made, {"name": name, "base_currency": base_currency} | settings)
    return _saved(made)


@transaction.atomic
def portfolio_update(*, portfolio: Portfolio, **changes: Any) -> Portfolio:
    """Change some of ``SETTINGS``. Values of another base currency or risk-free rate are computed anew from the
    first transaction on.
    """
    books_lock(portfolio)
    stored = Portfolio.objects.get(pk=portfolio.pk)
    before = [getattr(stored, name) for name in OF_VALUES]
    _set(stored, changes)
    _saved(stored)
    if before != [getattr(stored, name) for name in OF_VALUES]:
        values_outdate(stored)
    stored.refresh_from_db()
    return stored


def values_outdate(portfolio: Portfolio) -> None:
    """Nothing that is stored of its values counts any more."""
    first = portfolio.transactions.order_by("date").values_list("date", flat=True).first()
    if first is not None:
        Portfolio.objects.filter(pk=portfolio.pk).update(stale_from=first, revision=F("revision") + 1)
        valuation_enqueue(portfolio=portfolio)


@transaction.atomic
def portfolio_delete(*, portfolio: Portfolio) -> None:
    """Delete it with its transactions, values, targets and events, when nothing computes it any more."""
    portfolio_lock(portfolio.pk)
    books_lock(portfolio)
    if not Portfolio.objects.filter(pk=portfolio.pk).delete()[0]:
        raise PortfolioNotFound(f"no portfolio #{portfolio.pk}")


def _set(portfolio: Portfolio, settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        if name not in SETTINGS:
            raise PortfolioError(f"{name[:64]}: unknown field; known are {', '.join(SETTINGS)}")
        setattr(portfolio, name, value)
    for name, read in _READ.items():
        try:
            setattr(portfolio, name, read(getattr(portfolio, name)))
        except ValueError as error:
            raise PortfolioError(f"{name}: {error}") from error


def _saved(portfolio: Portfolio) -> Portfolio:
    try:
        portfolio.full_clean()
        with transaction.atomic():
            portfolio.save(force_update=True, update_fields=SETTINGS) if portfolio.pk else portfolio.save()
    except (ValidationError, IntegrityError) as error:
        raise refusal(error) from error
    return portfolio
