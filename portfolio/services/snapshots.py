"""The nightly job: values, risk, benchmarks and alerts of every portfolio, over prices that are read once."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils import timezone

from market.models import PriceBar
from market.regions import REGIONS
from portfolio.models import Portfolio, PortfolioBenchmark, Transaction
from portfolio.services.errors import PortfolioBusy, PortfolioNotFound
from portfolio.services.following import portfolio_follow
from portfolio.services.revisions import revisions_now
from portfolio.services.starting import Shared
from portfolio.services.valuation import portfolio_value
from portfolio.store.prices import prices_read

LOOKBACK = dt.timedelta(days=400)  # for correlations of a year
# What may be wrong with one portfolio (figures that calculations refuse), or happen to it meanwhile (somebody deletes
# it), and stops no other.
OF_ONE = (ValueError, PortfolioBusy, PortfolioNotFound, Portfolio.DoesNotExist, DatabaseError)
AT_ONCE = 2_000  # portfolios whose prices are held together
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Snapshot:
    """How one portfolio went: ``error`` tells why not, ``last`` is its newest session."""

    portfolio: Portfolio
    sessions: int
    last: dt.date | None
    seconds: float
    error: str = ""


def portfolios_snapshot(
    *, ids: Sequence[int] | None = None, whole: bool = False, progress: Progress | None = None
) -> list[Snapshot]:
    """Bring portfolios (all for None) up to date. One that cannot be valued keeps its last good rows and tells why; the
    others go on. Each is stored by itself, so a run that is interrupted may simply be started again.
    """
    wanted = Portfolio.objects.all() if ids is None else Portfolio.objects.filter(pk__in=ids)
    portfolios = list(wanted.order_by("pk"))
    found = []
    for first in range(0, len(portfolios), AT_ONCE):
        block = portfolios[first : first + AT_ONCE]
        shared = _shared(block) if len(block) > 1 else None
        for portfolio in block:
            found.append(_snapshot(portfolio, shared, whole))
            if progress:
                progress(portfolio.name, len(found), len(portfolios))
    return found


def _shared(portfolios: Sequence[Portfolio]) -> Shared:
    """Bars of the last year of everything that these portfolios ever traded, and of their benchmarks."""
    revisions = revisions_now(list(REGIONS))  # before the bars: what comes meanwhile is found the next time
    traded = Transaction.objects.filter(portfolio__in=portfolios, instrument__isnull=False)
    measured = PortfolioBenchmark.objects.filter(portfolio__in=portfolios)
    ids = {*traded.values_list("instrument", flat=True).distinct().order_by()}
    ids |= {*measured.values_list("instrument", flat=True)}
    today = timezone.now().date()
    newest = PriceBar.objects.newest_day() or today  # data of last year are a night's work, too
    prices = prices_read(sorted(ids), min(newest, today) - LOOKBACK, today + dt.timedelta(days=1))
    return Shared(prices, revisions)


def _snapshot(portfolio: Portfolio, shared: Shared | None, whole: bool) -> Snapshot:
    began = time.perf_counter()
    try:
        valued = portfolio_value(portfolio_id=portfolio.pk, whole=whole, shared=shared)
        portfolio.refresh_from_db()
        if portfolio.valued_to is not None:
            portfolio_follow(portfolio=portfolio, prices=shared.prices if shared else None)
    except OF_ONE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Snapshot(portfolio, 0, portfolio.valued_to, time.perf_counter() - began, reason)
    return Snapshot(portfolio, valued.sessions, portfolio.valued_to, time.perf_counter() - began)
