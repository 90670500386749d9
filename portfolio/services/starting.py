"""From where a portfolio's values are computed: the book, the state to go on from, the market behind it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from django.utils import timezone

from market.models import Instrument
from portfolio.calc.accounting import Market, State
from portfolio.calc.accounting.state import VERSION
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.markets import Columns, known_before, market_of
from portfolio.services.revisions import changed_from, revisions_now, revisions_of
from portfolio.store.books import (
    Book,
    Kept,
    Scope,
    book_read,
    has_other_sessions,
    scope_read,
    sessions_read,
    state_before,
)
from portfolio.store.prices import Prices, prices_read

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Start:
    """``state.day`` None: from the beginning. ``market`` holds the sessions behind it, none where nothing is new."""

    book: Book
    columns: Columns
    state: State
    market: Market
    revisions: dict[str, int]


@dataclass(frozen=True)
class Shared:
    """Prices read once for many portfolios, and the revisions of the data from before they were read."""

    prices: Prices
    revisions: dict[str, int]


def start_of(portfolio: Portfolio, *, whole: bool = False, shared: Shared | None = None) -> Start | None:
    """From the newest state that no change reaches, or from the beginning (``whole``). None for a portfolio without
    transactions, or with none before tomorrow.
    """
    scope = scope_read(portfolio.pk)
    today = timezone.now().date() + DAY  # it is tomorrow already where the sun rises first
    if scope is None or scope.first > today:
        return None
    regions = regions_of(portfolio, scope.instruments)
    # What is loaded after the prices were read must count as a change when these are valued again.
    revisions = revisions_now(regions) if shared is None else revisions_of(shared.revisions, regions)
    kept = None if whole else _kept_before(portfolio, scope, revisions)
    return _start(portfolio, kept, today, revisions, shared.prices if shared else None)


def start_after(portfolio: Portfolio, kept: Kept | None, until: dt.date) -> Start:
    """From ``kept`` (None: from the beginning) to ``until``, by the transactions of now."""
    return _start(portfolio, kept, until, {}, None)


def _start(
    portfolio: Portfolio, kept: Kept | None, until: dt.date, revisions: dict[str, int], prices: Prices | None
) -> Start:
    book = book_read(portfolio.pk, kept)
    columns = columns_of(portfolio, book.instruments, book.currencies)
    begin = book.transactions.date[0].item() if kept is None else kept.date + DAY
    found = _prices(columns.instruments, begin, until, prices)
    if kept is None and not len(found.dates) and columns.instruments:
        names = ", ".join(str(one) for one in columns.instruments[:3])
        raise PortfolioError(f"valuation: no bar of its assets ({names}) since {begin}: load prices")
    return Start(book, columns, _state(portfolio, columns, kept, found), market_of(columns, found), revisions)


def columns_of(portfolio: Portfolio, instruments: Sequence[int], currencies: Sequence[str]) -> Columns:
    """Columns in the order given, then the currencies of assets and the base currency where they are not yet there."""
    rows = Instrument.objects.in_bulk(list(instruments))
    own = tuple(rows[one] for one in instruments)
    needed = [*currencies, *(one.currency for one in own), portfolio.base_currency]
    return Columns(own, tuple(dict.fromkeys(needed)), portfolio.base_currency)


def regions_of(portfolio: Portfolio, instruments: Collection[int]) -> list[str]:
    """Those of the instruments and of the primary benchmark, each once."""
    primary = portfolio.benchmarks.filter(is_primary=True).values("instrument")
    wanted = Instrument.objects.filter(Q(pk__in=instruments) | Q(pk__in=primary))
    return list(wanted.values_list("region", flat=True).distinct().order_by())


def _kept_before(portfolio: Portfolio, scope: Scope, revisions: dict[str, int]) -> Kept | None:
    """The newest state that all changes are behind; None where the sessions before it are not what they were."""
    if portfolio.valued_to is None:
        return None
    changed = changed_from(portfolio.data_revisions, revisions)
    since = min(day for day in (portfolio.stale_from, changed, portfolio.valued_to + DAY) if day is not None)
    kept = state_before(portfolio.pk, np.datetime64(since), VERSION)
    if kept is None or not kept.instruments or not scope.instruments.issuperset(kept.instruments):
        return None
    new = scope.instruments.difference(kept.instruments)
    return None if has_other_sessions(portfolio.pk, new, scope.first, kept.date) else kept


def _prices(instruments: Sequence[Instrument], begin: dt.date, end: dt.date, shared: Prices | None) -> Prices:
    """Bars from ``begin`` to ``end``, both included; of cash alone every weekday up to today is a session."""
    ids = [one.pk for one in instruments]
    if not ids:
        days = np.arange(np.datetime64(begin), np.datetime64(min(end, timezone.now().date())) + 1)
        days = days[np.is_busday(days)]
        return Prices(days, np.zeros(0, np.int64), np.zeros((len(days), 0)), np.zeros((len(days), 0)))
    if shared is not None and shared.covers(ids, begin):
        return shared.since(begin).of(ids)
    return prices_read(ids, begin, end)


def _state(portfolio: Portfolio, columns: Columns, kept: Kept | None, prices: Prices) -> State:
    assets, currencies = len(columns.instruments), len(columns.currencies)
    if kept is None:
        state = State.empty(assets=assets, currencies=currencies)
        if not len(prices.dates):
            return state
        return known_before(columns, state, prices.dates[0].item(), prices.dates[:0])
    state = kept.state.widened(assets=assets, currencies=currencies)
    if not (np.isnan(state.price).any() or np.isnan(state.rate).any()):
        return state
    return known_before(columns, state, kept.date + DAY, sessions_read(portfolio.pk, kept.date))
