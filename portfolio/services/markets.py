"""Prices and exchange rates as a portfolio needs them: in its currency, on its sessions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from market.models import Instrument
from market.store.fx import fx_read
from portfolio.calc.accounting import Market, State
from portfolio.services.errors import PortfolioError
from portfolio.store.prices import Prices, last_closes, prices_read

PRICE_LASTS = dt.timedelta(days=366)  # of what is wanted and not held
RATE_LASTS = dt.timedelta(days=7)  # an exchange rate is carried over holidays of the one place but not the other


@dataclass(frozen=True)
class Closes:
    """Adjusted closes in one currency: ``dates`` datetime64[D] [T] on which any has a bar, ``close`` float64 [T, N],
    NaN without a bar.
    """

    dates: np.ndarray
    close: np.ndarray

    def at(self, dates: np.ndarray) -> np.ndarray:
        """Levels on ``dates`` themselves, NaN elsewhere: float64 [len(dates), N]."""
        found = np.full((len(dates), self.close.shape[1]), np.nan)
        places = np.searchsorted(self.dates, dates)
        there = places < len(self.dates)
        there[there] = self.dates[places[there]] == dates[there]
        found[there] = self.close[places[there]]
        return found


def asset_closes(
    *, instruments: Sequence[Instrument], base_currency: str, start: dt.date, end: dt.date, prices: Prices | None = None
) -> Closes:
    """Adjusted closes of ``instruments`` in ``base_currency``. PortfolioError where a currency has no rate at all.

    ``prices``: already read, of these and perhaps others.
    """
    ids = [one.pk for one in instruments]
    found = prices_read(ids, start, end) if prices is None else prices.of(ids)
    currencies = sorted({one.currency for one in instruments})
    rates = rates_on(base_currency, currencies, found.dates)
    column = np.array([currencies.index(one.currency) for one in instruments], dtype=np.int64)
    return Closes(found.dates, found.adjusted * rates[:, column])


def rates_on(base: str, currencies: Sequence[str], dates: np.ndarray) -> np.ndarray:
    """Units of ``base`` for one of each currency on ``dates``, carried over up to a week: float64 [T, C], NaN where
    there is none. PortfolioError for a currency without any rate there.
    """
    found = np.ones((len(dates), len(currencies)))
    foreign = [place for place, one in enumerate(currencies) if one != base]
    if not len(dates) or not foreign:
        return found
    start, end = dates[0].item() - RATE_LASTS, dates[-1].item()
    rates = fx_read(base, [currencies[place] for place in foreign], start, end)
    for column, place in enumerate(foreign):
        known = np.flatnonzero(np.isfinite(rates.rates[:, column]))
        if not len(known):
            raise PortfolioError(f"currency: no exchange rate {currencies[place]}/{base} from {start} to {end}")
        at = np.searchsorted(rates.days[known], dates, side="right") - 1
        old = dates - rates.days[known][np.maximum(at, 0)] > np.timedelta64(RATE_LASTS)
        found[:, place] = np.where((at < 0) | old, np.nan, rates.rates[known, column][np.maximum(at, 0)])
    return found


@dataclass(frozen=True)
class Columns:
    """What the columns of a market stand for."""

    instruments: tuple[Instrument, ...]
    currencies: tuple[str, ...]
    base: str


def empty_market(columns: Columns) -> Market:
    """Without a session: what columns stand for, for the trail of a state."""
    none = np.zeros(0, dtype="datetime64[D]")
    cells = np.zeros((0, len(columns.instruments)))
    return market_of(columns, Prices(none, np.zeros(0, np.int64), cells, cells))


def market_of(columns: Columns, prices: Prices) -> Market:
    """Every date of ``prices`` is a session."""
    currencies = columns.currencies
    rates = rates_read(columns, prices.dates)
    place = {currency: at for at, currency in enumerate(currencies)}
    return Market(
        prices.dates, tuple(str(one) for one in columns.instruments), prices.close,
        np.array([place[one.currency] for one in columns.instruments], dtype=np.int64), currencies, rates,
        place[columns.base],
    )  # fmt: skip


def rates_read(columns: Columns, dates: np.ndarray) -> np.ndarray:
    """Rates on ``dates`` alone, NaN where that day has none: float64 [T, C]."""
    found = np.full((len(dates), len(columns.currencies)), np.nan)
    if len(columns.currencies) > 1 and len(dates):
        rates = fx_read(columns.base, columns.currencies, dates[0].item(), dates[-1].item())
        found[np.isin(dates, rates.days)] = rates.rates[np.isin(rates.days, dates)]
    return found


def known_before(columns: Columns, state: State, day: dt.date, sessions: np.ndarray) -> State:
    """``state`` with what was known before ``day`` of assets and currencies that it does not know: the newest close and
    rate, carried over those ``sessions`` [S] (ascending, the portfolio's before ``day``) that came after it.
    """
    price, price_age = state.price.copy(), state.price_age.copy()
    unknown = np.flatnonzero(np.isnan(price)).tolist()
    closes = last_closes([columns.instruments[place].pk for place in unknown], day)
    for place in unknown:
        found = closes.get(columns.instruments[place].pk)
        if found:
            price[place], price_age[place] = found[1], _since(sessions, found[0])
    rate, rate_age = _rates_before(columns, state, day, sessions)
    return replace(state, price=price, price_age=price_age, rate=rate, rate_age=rate_age)


def _rates_before(columns: Columns, state: State, day: dt.date, sessions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rate, age = state.rate.copy(), state.rate_age.copy()
    unknown = np.isnan(rate)
    if len(rate) > 1 and unknown.any():
        before = fx_read(columns.base, columns.currencies, day - RATE_LASTS, day - dt.timedelta(days=1))
        for place in np.flatnonzero(unknown).tolist():
            known = np.flatnonzero(np.isfinite(before.rates[:, place]))
            if len(known):
                rate[place] = before.rates[known[-1], place]
                age[place] = _since(sessions, before.days[known[-1]].item())
    return rate, age


def _since(sessions: np.ndarray, day: dt.date) -> int:
    return len(sessions) - int(np.searchsorted(sessions, np.datetime64(day), side="right"))
