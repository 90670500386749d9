"""A small market, and a portfolio in it that holds two stocks of the US, one of Korea and dollars."""

import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from django.contrib.auth.models import User

from market.models import FxRate, Instrument, PriceBar
from market.regions import region_get
from portfolio.models import Portfolio, Transaction
from portfolio.services.valuation import portfolio_value
from tests.portfolio.values.books import bars

FIRST, SESSIONS = dt.date(2023, 1, 2), 300
DAYS = [day.item() for day in np.arange(np.datetime64(FIRST), np.datetime64("2024-12-31")) if np.is_busday(day)]
DAYS = DAYS[:SESSIONS]
LAST = DAYS[-1]
SEOUL_CLOSED = set(DAYS[5::40])


def instrument(symbol: str, kind: str = "STOCK", **facts: Any) -> Instrument:
    region, ticker = symbol.split(":")
    facts = {"name": f"{ticker} Inc", "currency": region_get(region).currency} | facts
    return Instrument.objects.create(region=region, ticker=ticker, asset_type=kind, **facts)


def walk(seed: int, drift: float = 0.0005, deviation: float = 0.012, start: float = 100.0) -> dict[dt.date, float]:
    """Random closes on every weekday."""
    steps = np.random.default_rng(seed).normal(drift, deviation, SESSIONS)
    return dict(zip(DAYS, (start * np.cumprod(1 + steps)).tolist(), strict=True))


def rates(base: str, quote: str, by_day: Mapping[dt.date, float]) -> None:
    FxRate.objects.bulk_create(
        FxRate(base=base, quote=quote, date=day, rate=rate, source="test") for day, rate in by_day.items()
    )


def portfolio_of(owner: User, name: str = "Main", currency: str = "USD", **facts: Any) -> Portfolio:
    return Portfolio.objects.create(owner=owner, name=name, base_currency=currency, **facts)


def book(portfolio: Portfolio, *rows: tuple[Any, ...]) -> None:
    """(kind, date, instrument or None, quantity, price or amount): stored as they stand, then valued."""
    for kind, day, what, quantity, figure in rows:
        money = {"price": figure} if what else {"amount": figure}
        currency = what.currency if what else portfolio.base_currency
        Transaction.objects.create(
            portfolio=portfolio, kind=kind, date=day, instrument=what, quantity=quantity, currency=currency, **money
        )
    portfolio_value(portfolio_id=portfolio.pk)
    portfolio.refresh_from_db()


def small_world() -> SimpleNamespace:
    """Owner, a stranger, four stocks, two indices, and the portfolio, valued to the last day."""
    aaa = instrument("US:AAA", sector="Technology")
    bbb = instrument("US:BBB", sector="Energy")
    kkk = instrument("KR:000001", sector="Technology")
    idle = instrument("US:IDLE", sector="Energy")
    spx, kospi = instrument("US:SPX", "INDEX"), instrument("KR:KOSPI", "INDEX")
    market = walk(1, 0.0004, 0.008, 4000)
    common = np.diff(np.array(list(market.values())), prepend=4000.0) / 4000.0
    for of, seed, part in ((aaa, 2, 1.2), (bbb, 3, 0.6), (idle, 4, 0.9)):
        own = np.array(list(walk(seed).values())) * np.cumprod(1 + part * common)
        bars(of, dict(zip(DAYS, own.tolist(), strict=True)))
    bars(spx, market)
    seoul = {day: round(70_000 * close / 100) for day, close in walk(5).items() if day not in SEOUL_CLOSED}
    bars(kkk, seoul)
    bars(kospi, {day: close * 25 for day, close in walk(6).items() if day not in SEOUL_CLOSED})
    won = walk(7, 0, 0.004, 1 / 1300)
    rates("KRW", "USD", won)
    owner, stranger = (User.objects.create_user(name, password="-") for name in ("owner", "stranger"))
    portfolio = portfolio_of(owner)
    start = DAYS[10]
    book(
        portfolio,
        ("DEPOSIT", start, None, None, 100_000),
        ("BUY", start, aaa, 300, PriceBar.objects.get(instrument=aaa, date=start).close),
        ("BUY", start, bbb, 200, PriceBar.objects.get(instrument=bbb, date=start).close),
    )
    Transaction.objects.create(
        portfolio=portfolio, kind="DEPOSIT", date=start, amount=30_000_000, currency="KRW", sequence=-1
    )
    book(portfolio, ("BUY", start, kkk, 400, seoul[start]))
    return SimpleNamespace(
        owner=owner, stranger=stranger, portfolio=portfolio, aaa=aaa, bbb=bbb, kkk=kkk, idle=idle, spx=spx, kospi=kospi
    )
