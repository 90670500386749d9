"""The market a backtest runs through, from the tables."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from backtests.calc.prices import Events, Prices
from backtests.services.errors import BacktestError
from factors.services import StrategyError
from factors.services.universes import Members, members_of
from market.calendars import FIRST_DAY, sessions, sessions_before
from market.models import Instrument, PriceBar
from market.regions import region_get
from market.store.bar_years import bars_warm
from market.store.closes import closes_read
from market.store.quotes import Actions, Quotes, quotes_read

HISTORY = 80  # sessions before the first: the window of risk parity and what it looks back for its first return


@dataclass(frozen=True)
class Market:
    """All common stocks of a region with a bar from 80 sessions before ``start`` to ``end``.

    ``prices`` without market values; ``ids`` int32 [N], ascending; ``adjusted`` bool [N]: the traded price is not
    known; ``before``: the session before the first.
    """

    region: str
    prices: Prices
    ids: np.ndarray
    names: np.ndarray
    sectors: np.ndarray
    adjusted: np.ndarray
    before: np.datetime64

    @property
    def tickers(self) -> np.ndarray:
        return self.prices.tickers

    @property
    def members(self) -> Members:
        return Members(self.ids, self.tickers, self.sectors)

    def dates(self, at: np.ndarray) -> list[dt.date]:
        """The dates of sessions, by their places."""
        return [day.item() for day in self.prices.dates[at]]

    def listed(self, universe: dict[str, object]) -> np.ndarray:
        """Whom the lists of a universe let in: bool [N]; BacktestError where that is nobody."""
        if not universe:
            return np.ones(len(self.ids), dtype=bool)
        try:
            found = np.isin(self.ids, members_of(region=self.region, universe=universe).ids)
        except StrategyError as error:
            raise BacktestError(str(error)) from error
        if not found.any():
            raise BacktestError("universe: empty: none of its stocks has a bar in this period")
        return found


def period_check(*, region: str, start: dt.date, end: dt.date | None) -> tuple[dt.date, dt.date]:
    """First and last session; BacktestError for a period that the data do not cover."""
    oldest, newest = PriceBar.objects.oldest_date(region), PriceBar.objects.newest_date(region)
    if oldest is None or newest is None:
        raise BacktestError(f"region: {region} has no prices: manage.py load_prices --region {region} ...")
    if start < oldest:
        raise BacktestError(f"start: {start} is before the data: the first bar of {region} is of {oldest}")
    if start > newest:
        raise BacktestError(f"start: {start} is after the newest bar of {region} ({newest})")
    if end and end > newest:
        raise BacktestError(f"end: {end} is after the newest bar of {region} ({newest})")
    days = sessions(region, start, end or newest)
    if not len(days):
        raise BacktestError(f"start: there is no session of {region} from {start} to {end or newest}")
    return days[0].item(), days[-1].item()


def market_read(*, region: str, start: dt.date, end: dt.date, lookback: int = 0) -> Market:
    """The market from ``start`` to ``end``, sessions both. ``lookback``: sessions before ``start`` whose bars factors
    will ask for: what is not cached of them is read with the others.
    """
    reach = sessions_before(region, start, max(lookback, HISTORY) + 1)
    bars_warm(region, reach[0].item() if len(reach) else start, end)
    past = sessions_before(region, start - dt.timedelta(days=1), HISTORY)
    quotes, actions = quotes_read(region, past[0].item() if len(past) else start, end)
    quotes = _still_listed(quotes)
    prices = Prices(
        quotes.days, quotes.tickers, _positive(quotes.open), _positive(quotes.close), quotes.volume,
        _ends(quotes), *_events(quotes, actions), calendar=sessions(region, FIRST_DAY, end),
        start=int(np.searchsorted(quotes.days, np.datetime64(start, "D"))),
    )  # fmt: skip
    before = past[-1] if len(past) else np.datetime64(start - dt.timedelta(days=1), "D")
    return Market(
        region, prices, quotes.instrument_ids.astype(np.int32), quotes.names, quotes.sectors,
        _any(quotes.is_adjusted), before,
    )  # fmt: skip


def _still_listed(quotes: Quotes) -> Quotes:
    """Without names that were delisted before the first of the days."""
    days = quotes.days.astype(np.int64)
    kept = quotes.delisted_day >= (days[0] if len(days) else 0)
    if kept.all():
        return quotes
    of_names = ("instrument_ids", "tickers", "names", "sectors", "delisted_day")
    grids = ("open", "close", "volume", "is_adjusted")
    return Quotes(
        days=quotes.days, **{name: getattr(quotes, name)[kept] for name in of_names},
        **{name: getattr(quotes, name)[:, kept] for name in grids},
    )  # fmt: skip


def _any(flags: np.ndarray) -> np.ndarray:
    """Whether a name has any: bool [N]."""
    return np.asarray(flags.any(axis=0))


def _positive(prices: np.ndarray) -> np.ndarray:
    """Prices with NaN for what is none; in place, the array is ours."""
    prices[~(prices > 0)] = np.nan
    return prices


def _ends(quotes: Quotes) -> np.ndarray:
    """The last session of each name, T where it goes on: int64 [N]."""
    days = quotes.days.astype(np.int64)
    last = np.searchsorted(days, quotes.delisted_day, side="right") - 1
    return np.where(quotes.delisted_day > days[-1], len(days), last)


def _events(quotes: Quotes, actions: Actions) -> tuple[Events, Events]:
    """Splits and dividends on the session from which they count. Names whose bar of that session is adjusted have them
    in their prices already.
    """
    column = np.minimum(np.searchsorted(quotes.instrument_ids, actions.instrument), len(quotes.instrument_ids) - 1)
    session = np.searchsorted(quotes.days.astype(np.int64), actions.ex_day)
    ours = (quotes.instrument_ids[column] == actions.instrument) & (session < len(quotes.days))
    column, session, figure = column[ours], session[ours], actions.figure[ours]
    has_bar = np.isfinite(quotes.close[session, column])
    is_adjusted = np.where(has_bar, quotes.is_adjusted[session, column], _any(quotes.is_adjusted)[column])
    is_dividend, raw = actions.is_dividend[ours], np.logical_not(is_adjusted)
    splits, dividends = (np.flatnonzero(raw & kind) for kind in (~is_dividend, is_dividend))
    return (
        Events(session[splits], column[splits], figure[splits]),
        Events(session[dividends], column[dividends], figure[dividends]),
    )


@dataclass(frozen=True)
class Benchmark:
    """``levels`` float64 [S + 1]: of the session before the first, then of each; NaN where there is none.
    ``is_index``: they leave dividends out.
    """

    ticker: str
    name: str
    levels: np.ndarray
    is_index: bool


def benchmark_find(*, region: str, ticker: str, start: dt.date, end: dt.date) -> Instrument | None:
    """The benchmark ``ticker`` if it has a bar in the period; empty: the region's index, None where that is not loaded.
    BacktestError for another one that is missing.
    """
    asked = ticker or region_get(region).index
    found = Instrument.objects.at(region, asked)
    if found is not None and PriceBar.objects.of(found.pk).between(start, end).exists():
        return found
    if not ticker:
        return None
    why = "is not known" if found is None else f"has no bar from {start} to {end}"
    raise BacktestError(f"benchmark: {ticker} {why} in {region}; load it, name another, or say none")


def benchmark_read(*, region: str, ticker: str, market: Market) -> Benchmark | None:
    """``benchmark_find`` over the market's sessions, in adjusted closes."""
    days = np.concatenate([[market.before], market.prices.dates[market.prices.start :]]).astype("datetime64[D]")
    first, last = days[0].item(), days[-1].item()
    found = benchmark_find(region=region, ticker=ticker, start=first, end=last)
    if found is None:
        return None
    closes = closes_read(region, first, last, [found.pk])
    levels = np.full(len(days), np.nan)
    known = np.isin(days.astype(np.int64), closes.days)
    levels[known] = closes.close[np.searchsorted(closes.days, days[known].astype(np.int64)), 0]
    return Benchmark(found.ticker, found.name, levels, found.asset_type == Instrument.AssetType.INDEX)
