"""A portfolio's values day by day, from its transactions: only what a change may have touched is computed anew.

A state (lots, costs, cash, carried prices) is kept of some days; the run goes on from the newest one before the first
changed date and replaces all rows behind it in one transaction. Readers see the rows of before until it commits, and
keep them where it fails.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from portfolio.calc.accounting import Valuation
from portfolio.calc.keeping import RECENT, days_to_keep
from portfolio.models import Portfolio
from portfolio.services.daily import daily_of
from portfolio.services.errors import PortfolioError, PortfolioNotFound
from portfolio.services.running import run_of
from portfolio.services.starting import Start, start_of
from portfolio.store.books import Kept, daily_delete, daily_replace, portfolio_lock, states_replace, states_thin
from portfolio.store.prices import Prices


@dataclass(frozen=True)
class Valued:
    """``first`` and ``last`` date computed (None: nothing was to do), ``whole``: from the beginning."""

    first: dt.date | None
    last: dt.date | None
    sessions: int
    whole: bool


def portfolio_value(*, portfolio_id: int, whole: bool = False, prices: Prices | None = None) -> Valued:
    """Bring the daily rows of a portfolio up to its transactions, the newest bars and rates.

    ``whole``: from the beginning, though nothing asks for it. ``prices``: already read, for many portfolios at once;
    used where they reach back far enough. PortfolioError tells what cannot be computed; it is also kept in the
    portfolio's row, whose values stay as they were. Waits for another computation of the same portfolio.
    """
    try:
        with transaction.atomic():
            portfolio_lock(portfolio_id)
            return _valued(_portfolio(portfolio_id), whole, prices)
    except PortfolioError as error:
        Portfolio.objects.filter(pk=portfolio_id).update(valuation_error=str(error))
        raise


def _portfolio(portfolio_id: int) -> Portfolio:
    found = Portfolio.objects.filter(pk=portfolio_id).first()
    if found is None:
        raise PortfolioNotFound(f"no portfolio #{portfolio_id}")
    return found


def _valued(portfolio: Portfolio, whole: bool, prices: Prices | None) -> Valued:
    start = start_of(portfolio, whole=whole, prices=prices)
    if start is None:
        return _nothing(portfolio)
    after = start.state.day
    dates = start.market.dates
    # After a change of yesterday the last state alone: those before it are there, and each is a thousand lots to write.
    keep = list(days_to_keep(dates, RECENT if len(dates) >= RECENT else 1))
    run = run_of(start.book, start.state, start.market, keep=keep) if start.market.sessions else None
    if run is not None:
        daily_replace(portfolio.pk, after, daily_of(portfolio, run, start))
        states_replace(portfolio.pk, after, _kept(run, start))
        states_thin(portfolio.pk)
        portfolio.valued_to = start.market.dates[-1].item()
    _note(portfolio, start.revisions)
    if run is None:
        return Valued(None, None, 0, whole=False)
    return Valued(dates[0].item(), dates[-1].item(), len(dates), whole=after is None)


def _nothing(portfolio: Portfolio) -> Valued:
    """Without transactions there are no values, and those that were are gone with them."""
    daily_delete(portfolio.pk)
    portfolio.valued_to = None
    _note(portfolio, {})
    return Valued(None, None, 0, whole=True)


def _kept(run: Valuation, start: Start) -> list[Kept]:
    return [Kept(state, start.book.instruments, start.columns.currencies) for state in run.states.values()]


def _note(portfolio: Portfolio, revisions: dict[str, int]) -> None:
    """What was computed; stale stays what was changed while this ran."""
    portfolio.data_revisions, portfolio.valued_at, portfolio.valuation_error = revisions, timezone.now(), ""
    portfolio.save(update_fields=["data_revisions", "valued_at", "valuation_error", "valued_to"])
    Portfolio.objects.filter(pk=portfolio.pk, revision=portfolio.revision).update(stale_from=None)
