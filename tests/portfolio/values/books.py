"""The month of ``tests/portfolio/accounting/test_worked_example.py`` as rows of the database."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User

from market.models import FxRate, Instrument, PriceBar
from portfolio.models import Portfolio, Transaction

DATES = ["2024-01-02", "2024-01-10", "2024-01-16", "2024-01-22", "2024-01-31"]
ACME = [100, 110, 60, 60, 66]
BERG = [50, 50, 52, None, 55]
EURO = [1.10, 1.12, 1.10, 1.15, 1.20]
VALUES = [9990, 10424, 15752, 16051, 15899]  # by hand, there
CHAIN = [0.999, 10424 / 9990, 15752 / 15424, 16051 / 15752, 15899 / 15051]
ROWS: list[dict[str, Any]] = [
    {"kind": "DEPOSIT", "date": "2024-01-02", "amount": 10_000},
    {"kind": "BUY", "date": "2024-01-02", "asset": "ACME", "quantity": 40, "price": 100, "fee": 10},
    {"kind": "DIVIDEND", "date": "2024-01-10", "asset": "ACME", "amount": 40, "tax": 6},
    {"kind": "DEPOSIT", "date": "2024-01-16", "amount": 5_000},
    {"kind": "SPLIT", "date": "2024-01-16", "asset": "ACME", "quantity": 2},
    {"kind": "TRANSFER", "date": "2024-01-16", "amount": -5_550},
    {"kind": "TRANSFER", "date": "2024-01-16", "amount": 5_000, "currency": "EUR"},
    {"kind": "BUY", "date": "2024-01-16", "asset": "BERG", "quantity": 90, "price": 52, "fee": 20, "currency": "EUR"},
    {"kind": "SELL", "date": "2024-01-22", "asset": "ACME", "quantity": 30, "price": 62, "fee": 6, "tax": 4},
    {"kind": "FEE", "date": "2024-01-31", "amount": 25},
    {"kind": "WITHDRAWAL", "date": "2024-01-31", "amount": 1_000},
]


def asset(ticker: str, closes: Sequence[float | None], dates: Sequence[str] = DATES, **columns: Any) -> Instrument:
    """An instrument with raw closes, None without a bar."""
    made = Instrument.objects.create(**{"ticker": ticker, "region": "US", "currency": "USD"} | columns)
    bars(made, dict(zip(dates, closes, strict=True)))
    return made


def bars(instrument: Instrument, closes: Mapping[str, float | None]) -> None:
    """Further bars."""
    PriceBar.objects.bulk_create(
        PriceBar(instrument=instrument, date=day, close=close) for day, close in closes.items() if close is not None
    )


def rates(base: str, quote: str, figures: Sequence[float], dates: Sequence[str] = DATES) -> None:
    """Units of ``quote`` for one ``base``."""
    FxRate.objects.bulk_create(
        FxRate(base=base, quote=quote, date=day, rate=rate) for day, rate in zip(dates, figures, strict=True)
    )


def worked_example(owner: User, name: str = "month") -> Portfolio:
    """The month, with its market."""
    if not Instrument.objects.filter(ticker="ACME").exists():
        asset("ACME", ACME)
        asset("BERG", BERG, currency="EUR")
        rates("EUR", "USD", EURO)
    portfolio = Portfolio.objects.create(owner=owner, name=name, base_currency="USD")
    add(portfolio, *ROWS)
    return portfolio


def add(portfolio: Portfolio, *rows: Mapping[str, Any]) -> list[Transaction]:
    """Transactions as ``ROWS`` writes them, in the currency of the portfolio unless told otherwise."""
    known = {one.ticker: one for one in Instrument.objects.all()}
    return Transaction.objects.bulk_create(
        Transaction(
            portfolio=portfolio, instrument=known[row["asset"]] if "asset" in row else None,
            **{"currency": portfolio.base_currency} | {name: row[name] for name in row if name != "asset"},
        )
        for row in rows
    )  # fmt: skip


def stored(portfolio: Portfolio) -> list[dict[str, Any]]:
    """All daily rows, every column but the key."""
    return [
        {name: figure for name, figure in row.items() if name != "id"}
        for row in portfolio.performance.order_by("date").values()
    ]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
