"""A portfolio's values day by day, from its transactions: only what a change may have touched is computed anew.

A state (lots, costs, cash, carried prices) is kept of some days; the run goes on from the newest one before the first
changed date and replaces all rows behind it in one transaction. Readers see the rows of before until it commits, and
keep them where it fails.
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from django.db import transaction
from django.utils import timezone

from portfolio.calc.accounting import MissingPrice, MissingRate, Valuation
from portfolio.calc.keeping import RECENT, days_to_keep
from portfolio.models import Portfolio
from portfolio.services.daily import daily_of
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.running import run_of
from portfolio.services.starting import Shared, Start, start_of
from portfolio.store.books import Kept, daily_replace, newest_date, portfolio_lock, states_replace, states_thin


@dataclass(frozen=True)
class Valued:
    """``first`` and ``last`` date computed (None: nothing was to do), ``whole``: from the beginning."""

    first: dt.date | None
    last: dt.date | None
    sessions: int
    whole: bool


def portfolio_value(*, portfolio_id: int, whole: bool = False, shared: Shared | None = None) -> Valued:
    """Bring the daily rows of a portfolio up to its transactions, the newest bars and rates.

    ``whole``: from the beginning, though nothing asks for it. ``shared``: prices already read, for many portfolios at
    once; used where they reach back far enough. PortfolioError tells what cannot be computed; it is also kept in the
    portfolio's row, whose values stay as they were; new sessions before the one that lacks a price or a rate are kept.
    Waits for another computation of the same portfolio.
    """
    try:
        with transaction.atomic():
            portfolio_lock(portfolio_id)
            found = _valued(_portfolio(portfolio_id), whole, shared)
        if isinstance(found, PortfolioError):
            raise found
        return found
    except PortfolioError as error:
        Portfolio.objects.filter(pk=portfolio_id).update(valuation_error=str(error))
        raise


def _portfolio(portfolio_id: int) -> Portfolio:
    found = Portfolio.objects.filter(pk=portfolio_id).first()
    if found is None:
        raise PortfolioNotFound(f"no portfolio #{portfolio_id}")
    return found


def _valued(portfolio: Portfolio, whole: bool, shared: Shared | None) -> Valued | PortfolioError:
    """What was computed, or what could not be: then the sessions before it are stored, where they are new ones."""
    start = start_of(portfolio, whole=whole, shared=shared)
    if start is None:
        return _nothing(portfolio)
    try:
        run, problem = _run(start), None
    except PortfolioError as error:
        start, problem = _before(error, start, portfolio), error
        run = _run(start)
    after, dates = start.state.day, start.market.dates
    prices = shared.prices if shared else None
    daily_replace(portfolio.pk, after, None if run is None else daily_of(portfolio, run, start, prices))
    states_replace(portfolio.pk, after, [] if run is None else _kept(run, start))
    states_thin(portfolio.pk)
    if problem is not None:
        Portfolio.objects.filter(pk=portfolio.pk).update(valued_to=newest_date(portfolio.pk))
        return problem
    _note(portfolio, start.revisions)
    if run is None:
        return Valued(None, None, 0, whole=False)
    return Valued(dates[0].item(), dates[-1].item(), len(dates), whole=after is None)


def _run(start: Start) -> Valuation | None:
    """None where there is no session behind the state."""
    dates = start.market.dates
    # After a change of yesterday the last state alone: those before it are there, and each is a thousand lots to write.
    keep = list(days_to_keep(dates, RECENT if len(dates) >= RECENT else 1))
    return run_of(start.book, start.state, start.market, keep=keep) if len(dates) else None


def _before(error: PortfolioError, start: Start, portfolio: Portfolio) -> Start:
    """The sessions before the one that lacks a price or a rate; the error again where these are no new ones."""
    cause = error.__cause__
    if isinstance(cause, (MissingPrice, MissingRate)):
        day = np.datetime64(str(cause.date), "D")
        first = int(np.searchsorted(start.market.dates, day))
        known = portfolio.valued_to is None or portfolio.valued_to < day.item()
        if known and first:
            return replace(start, market=start.market.first(first))
    raise error


def _nothing(portfolio: Portfolio) -> Valued:
    """Without transactions there are no values, and those that were are gone with them."""
    daily_replace(portfolio.pk, None, None)
    states_replace(portfolio.pk, None, [])
    _note(portfolio, {})
    return Valued(None, None, 0, whole=True)


def _kept(run: Valuation, start: Start) -> list[Kept]:
    return [Kept(state, start.book.instruments, start.columns.currencies) for state in run.states.values()]


def _note(portfolio: Portfolio, revisions: dict[str, int]) -> None:
    """What was computed; stale stays what was changed while this ran."""
    portfolio.data_revisions, portfolio.valued_at, portfolio.valuation_error = revisions, timezone.now(), ""
    portfolio.valued_to = newest_date(portfolio.pk)
    portfolio.save(update_fields=["data_revisions", "valued_at", "valuation_error", "valued_to"])
    Portfolio.objects.filter(pk=portfolio.pk, revision=portfolio.revision).update(stale_from=None)
