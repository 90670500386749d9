"""Portfolios: a large one from the beginning and from yesterday on, its summary, and a night of a thousand."""

import datetime as dt
import gc
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from benchmarks import universe
from benchmarks.database import BenchDatabase
from benchmarks.report import Report, Row, step
from market.models import Instrument
from market.regions import region_get
from portfolio.models import AlertLimit, Portfolio, PortfolioBenchmark, Transaction
from portfolio.services.snapshots import portfolios_snapshot
from portfolio.services.valuation import portfolio_value
from portfolio.store.prices import prices_read

ASSETS, TRANSACTIONS, SESSIONS = 100, 10_000, 2_520  # ten years
PORTFOLIOS, EACH, POOL, POOL_SESSIONS = 1_000, 30, 3_000, 300
LARGE, MANY = "KR", "US"  # regions


def measure(database: BenchDatabase, report: Report, runs: int, part: int) -> None:
    """Every figure of portfolios, in a database of their own."""
    with database.beside("portfolios"):
        with step(f"filling a database with {ASSETS} assets over ten years and {POOL // part:,} over one"):
            universe.fill_region(LARGE, ASSETS, SESSIONS)
            universe.fill_region(MANY, POOL // part, POOL_SESSIONS)
            large, many = _large(), _many(part)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE market_pricebar, portfolio_transaction")
        # What the benchmark itself has in memory by now is no part of a server's, whose collector would not walk it.
        gc.collect()
        gc.freeze()
        _one(large, report, runs)
        _night(many, report, part)


def _one(large: Portfolio, report: Report, runs: int) -> None:
    count = f"{ASSETS} assets, {TRANSACTIONS:,} transactions, 10 years"
    with step("a large portfolio"):
        whole = [_seconds(lambda: portfolio_value(portfolio_id=large.pk, whole=True)) for _ in range(runs)]
        plain = [_seconds(lambda: _plain(large)) for _ in range(runs)]
        last = large.performance.latest("date").date
        late = [_late(large, last - dt.timedelta(days=1)) for _ in range(4 * runs)]
        client = Client(headers={"host": "localhost"})
        client.force_login(large.owner)
        client.get(f"/api/portfolios/{large.pk}/summary/")
        summary = [_seconds(lambda: _get(client, f"/api/portfolios/{large.pk}/summary/")) for _ in range(4 * runs)]
    report.add(
        Row(f"portfolio from the beginning: {count}", "s", whole, 2.0),
        Row("portfolio: baseline, shares x closes alone in pandas, nothing stored", "s", plain),
        Row("portfolio after a change dated yesterday", "ms", [1000 * one for one in late], 100.0),
        Row("portfolio: summary over HTTP", "ms", [1000 * one for one in summary], 100.0),
    )


def _night(many: list[Portfolio], report: Report, part: int) -> None:
    """The first run values a year of each; the second, after a fee on the last session, is a night."""
    with step(f"a night of {len(many):,} portfolios"):
        ids = [one.pk for one in many]
        portfolios_snapshot(ids=ids)
        last = many[0].performance.latest("date").date
        Transaction.objects.bulk_create(
            Transaction(portfolio=one, kind="FEE", date=last, amount=1, currency=one.base_currency) for one in many
        )
        began = time.perf_counter()
        done = portfolios_snapshot(ids=ids)
        seconds = time.perf_counter() - began
    failed = [one for one in done if one.error or not one.sessions]
    if failed:
        raise RuntimeError(f"{len(failed)} portfolios were not valued: {failed[0].error}")
    target = 60.0 / part
    report.add(Row(f"portfolios: nightly snapshot of {len(many):,} x {EACH} assets", "s", [seconds], target))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code} {answer.content[:200]!r}")


def _late(large: Portfolio, day: dt.date) -> float:
    Transaction.objects.create(portfolio=large, kind="FEE", date=day, amount=1, currency=large.base_currency)
    return _seconds(lambda: portfolio_value(portfolio_id=large.pk))


def _plain(large: Portfolio) -> None:
    """What a notebook does: shares by day times closes, cash by day; no lots, no flows, no statistics."""
    rows = pd.DataFrame(large.transactions.values("date", "kind", "instrument_id", "quantity", "price", "amount"))
    figures = ["quantity", "price", "amount"]
    rows[figures] = rows[figures].astype(float)
    ids = sorted(rows["instrument_id"].dropna().astype(int).unique().tolist())
    prices = prices_read(ids, rows["date"].min(), dt.date.today())  # noqa: DTZ011 - any day behind the last bar
    closes = pd.DataFrame(prices.close, prices.dates, ids).ffill()
    sign = rows["kind"].map({"BUY": 1.0, "SELL": -1.0}).fillna(0.0)
    shares = rows.assign(shares=sign * rows["quantity"]).pivot_table("shares", "date", "instrument_id", "sum")
    shares.index = pd.to_datetime(shares.index)
    held = shares.reindex(closes.index).fillna(0.0).cumsum()
    paid = (rows["amount"].fillna(0.0) - (sign * rows["quantity"] * rows["price"]).fillna(0.0)).groupby(rows["date"])
    cash = paid.sum().rename(pd.to_datetime).reindex(closes.index).fillna(0.0).cumsum()
    if not np.isfinite((held * closes).sum(axis=1) + cash).all():
        raise RuntimeError("the plain way gives no values")


def _large() -> Portfolio:
    """A hundred trades each of a hundred assets over ten years, buys and smaller sales, paid from one deposit."""
    stocks = list(Instrument.objects.filter(region=LARGE, asset_type="STOCK").order_by("pk")[:ASSETS])
    return _booked("large", stocks, TRANSACTIONS // ASSETS, SESSIONS, np.random.default_rng(1))


def _many(part: int) -> list[Portfolio]:
    """Thirty assets each, bought within a year."""
    stocks = list(Instrument.objects.filter(region=MANY, asset_type="STOCK").order_by("pk"))
    rng = np.random.default_rng(2)
    return [
        _booked(f"small {number}", [stocks[one] for one in rng.choice(len(stocks), EACH, replace=False)], 2,
                POOL_SESSIONS, rng)
        for number in range(PORTFOLIOS // part)
    ]  # fmt: skip


def _booked(name: str, stocks: list[Instrument], trades: int, sessions: int, rng: np.random.Generator) -> Portfolio:
    region = stocks[0].region
    currency = region_get(region).currency
    owner, _ = get_user_model().objects.get_or_create(username="bench")
    portfolio = Portfolio.objects.create(owner=owner, name=name, base_currency=currency)
    days = universe.days_of(region, sessions)
    prices = prices_read([one.pk for one in stocks], days[0].item(), days[-1].item())
    rows = [Transaction(portfolio=portfolio, kind="DEPOSIT", date=days[0].item(), amount=10**12, currency=currency)]
    for column, stock in enumerate(stocks):
        known = np.flatnonzero(np.isfinite(prices.close[:, column]))
        places = np.sort(rng.choice(known, min(trades, len(known)), replace=False))
        for number, place in enumerate(places.tolist()):
            buys = number % 3 != 2  # ten, ten, and five of them sold
            rows.append(Transaction(
                portfolio=portfolio, kind="BUY" if buys else "SELL", date=prices.dates[place].item(), instrument=stock,
                quantity=10 if buys else 5, price=round(float(prices.close[place, column]), 4), currency=currency,
                fee=1,
            ))  # fmt: skip
    Transaction.objects.bulk_create(rows, batch_size=2_000)
    index = Instrument.objects.get(region=region, asset_type="INDEX")
    PortfolioBenchmark.objects.create(portfolio=portfolio, instrument=index, is_primary=True)
    AlertLimit.objects.bulk_create(AlertLimit(portfolio=portfolio, kind=kind, limit=50.0) for kind in AlertLimit.Kind)
    return portfolio
