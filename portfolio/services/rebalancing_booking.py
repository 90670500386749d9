"""A plan carried out: its trades as transactions, all of them or none."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import DatabaseError, transaction

from portfolio.calc.rebalancing import CENT
from portfolio.models import Portfolio, RebalancingEvent, Transaction
from portfolio.services.errors import PortfolioBusy, PortfolioError
from portfolio.services.queueing import valuation_enqueue
from portfolio.services.rebalancing_decisions import (
    Who,
    changed_refuse,
    event_locked,
    rebalancing_fail,
    step_check,
    step_take,
)
from portfolio.services.rebalancing_fills import Trade, trades_of
from portfolio.services.rebalancing_state import exchanges, moved_state, standing_state
from portfolio.services.standing import standing_of
from portfolio.services.valuation import portfolio_value
from portfolio.store.books import Book, book_read

Kind, Status = Transaction.Kind, RebalancingEvent.Status


class BookingFailed(PortfolioError):
    """The books refused the trades: nothing of them is written, and the event is FAILED."""


def rebalancing_complete(
    *, event: RebalancingEvent, user: Who | None = None, note: str = "",
    fills: Sequence[Mapping[str, Any]] | None = None, force: bool = False,
) -> RebalancingEvent:  # fmt: skip
    """Write the transactions of an APPROVED event, its deposit first, and value the portfolio anew, in one transaction.

    ``fills``: what was really traded, where it differs from the plan (``trades_of``). PortfolioBusy for another status,
    or, unless ``force``, when the portfolio's transactions changed since the plan was made, or a newer session is
    valued and a trade has no fill. PortfolioError for wrong fills, or trades that cash does not pay for: the event
    stays APPROVED. BookingFailed where the books refuse them.
    """
    portfolio_value(portfolio_id=event.portfolio_id)  # outside: it keeps why it fails
    try:
        with transaction.atomic():
            found = event_locked(event)
            step_check(found, Status.COMPLETED, note)
            changed_refuse(found.portfolio)
            if not force:
                _refuse_outdated(found, fills or ())
            _carry_out(found, fills)
            step_take(found, Status.COMPLETED, user, note)
    except BookingFailed as error:
        rebalancing_fail(event=event, user=user, note=note, error=str(error))
        raise
    return found


def _carry_out(event: RebalancingEvent, fills: Sequence[Mapping[str, Any]] | None) -> None:
    """Book the trades, and keep in ``event`` upon what and what came of it."""
    portfolio = event.portfolio
    standing = standing_of(portfolio=portfolio, as_of=event.as_of)
    held = {str(one.instrument): one.quantity for one in standing.held}
    trades, deposit = trades_of(event=event, fills=fills, held=held), Decimal(str(event.deposit))
    before = standing_state(standing, event.pre_state)
    _book(portfolio, _transactions(event, trades, deposit, before["rates"]))
    event.pre_state = before
    moves = [one.move for one in trades]
    event.post_state = moved_state(before, moves, deposit=deposit, base=portfolio.base_currency)


def outdated_notes(event: RebalancingEvent, fills: Sequence[Mapping[str, Any]] = ()) -> list[str]:
    """Why an event should not be carried out as it is: old prices without ``fills``, changed transactions."""
    valued_to, notes = event.portfolio.valued_to, []
    unfilled = {action["asset"] for action in event.actions} - {str(fill.get("asset")) for fill in fills}
    if unfilled and valued_to is not None and event.as_of < valued_to:
        notes.append(f"prices of {event.as_of} are old: propose again, give fills of all trades, or force it")
    if event.revision != event.portfolio.revision:
        notes.append("the portfolio's transactions changed since it was planned: propose again, or force it")
    return notes


def _refuse_outdated(event: RebalancingEvent, fills: Sequence[Mapping[str, Any]]) -> None:
    if notes := outdated_notes(event, fills):
        raise PortfolioBusy(f"rebalancing #{event.pk}: {notes[0]}")


def _book(portfolio: Portfolio, rows: Sequence[Transaction]) -> None:
    """Write ``rows`` and value what comes of them; BookingFailed with nothing written."""
    try:
        with transaction.atomic():
            Transaction.objects.bulk_create(rows)
            _refuse_overdrawn(book_read(portfolio.pk), min(row.date for row in rows))
            portfolio_value(portfolio_id=portfolio.pk)
            valuation_enqueue(portfolio=portfolio)  # for what follows from the values: risk, benchmarks, limits
    except (PortfolioError, DatabaseError) as error:
        raise BookingFailed(f"booking: {error}") from error


def _transactions(
    event: RebalancingEvent, trades: Sequence[Trade], deposit: Decimal, rates: Mapping[str, float]
) -> list[Transaction]:  # fmt: skip
    """Deposit, exchanges and trades in the order of their days. Cash is exchanged on the day that needs it, at the
    rates of the plan, so that no currency is below zero at its end.
    """
    base = event.portfolio.base_currency
    days: dict[dt.date, list[Trade]] = defaultdict(list)
    for trade in trades:
        days[trade.date].append(trade)
    rows = [_row(event, Kind.DEPOSIT, min(days), base, amount=deposit)] if deposit else []
    book, moved = book_read(event.portfolio_id), defaultdict(Decimal, {base: deposit})
    for day in sorted(days):
        for trade in days[day]:
            moved[trade.currency] -= trade.move.paid
        cash = _cash_on(book, day)
        left = {name: cash.get(name, Decimal(0)) + moved[name] for name in rates}
        for currency, amount in sorted(exchanges(left, rates, base).items()):
            moved[currency] += amount
            rows.append(_row(event, Kind.TRANSFER, day, currency, amount=amount))
        rows += [_traded(event, trade) for trade in days[day]]
    for number, row in enumerate(rows):
        row.sequence, row.import_key = number, f"rebalancing-{event.pk}-{number}"
    return rows


def _traded(event: RebalancingEvent, trade: Trade) -> Transaction:
    figures = {name: getattr(trade, name) for name in ("quantity", "price", "fee", "tax")}
    if trade.amount != trade.quantity * trade.price:
        figures["amount"] = trade.amount
    return _row(event, trade.side, trade.date, trade.currency, instrument_id=trade.instrument, **figures)


def _row(event: RebalancingEvent, kind: str, day: dt.date, currency: str, **columns: Any) -> Transaction:
    return Transaction(
        portfolio=event.portfolio, kind=kind, date=day, currency=currency, source=f"rebalancing #{event.pk}", **columns
    )  # fmt: skip


def _cash_on(book: Book, day: dt.date) -> dict[str, Decimal]:
    """Cash by currency at the end of a day."""
    rows = book.transactions
    until = rows.date <= np.datetime64(day)
    return {
        currency: Decimal(str(float(rows.cash[until & (rows.currency == place)].sum())))
        for place, currency in enumerate(book.currencies)
    }


def _refuse_overdrawn(book: Book, since: dt.date) -> None:
    """PortfolioError where the cash of a currency is below zero on that day, or a later one of the books."""
    rows = book.transactions
    for place, currency in enumerate(book.currencies):
        own = rows.currency == place
        days, at = np.unique(rows.date[own], return_inverse=True)
        cash = np.bincount(at, weights=rows.cash[own], minlength=len(days)).cumsum()
        below = np.flatnonzero((cash < -CENT) & (days >= np.datetime64(since)))
        if len(below):
            raise PortfolioError(f"cash: {currency} would be {cash[below[0]]:.2f} on {days[below[0]]}")
