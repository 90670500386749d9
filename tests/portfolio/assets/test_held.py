"""Indicators and correlations of what portfolios hold and trade."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from portfolio import tasks
from portfolio.models import AssetPerformanceMetrics, Portfolio
from portfolio.services.correlations import assets_traded
from portfolio.services.valuation import portfolio_value
from tests.portfolio.values.books import add, worked_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def book() -> Portfolio:
    made = worked_example(User.objects.create_user("anna"))
    portfolio_value(portfolio_id=made.pk)
    return made


def stored(book: Portfolio, ticker: str, date: str, sma: float) -> None:
    asset = book.transactions.filter(instrument__ticker=ticker).first().instrument
    AssetPerformanceMetrics.objects.create(instrument=asset, date=date, bar_date=date, sma_20=sma)


def ask(book: Portfolio, rest: str = "") -> dict:
    client = APIClient()
    client.force_login(book.owner)
    return client.get(f"/api/portfolios/{book.pk}/asset-metrics/{rest}").json()


def test_the_newest_figures_of_each_asset_held(book):
    stored(book, "ACME", "2024-01-22", 60.5)
    stored(book, "ACME", "2024-01-30", 61.5)
    stored(book, "ACME", "2024-02-05", 99.0)  # after the portfolio's last session
    found = ask(book, "?fields=sma_20")
    assert found["as_of"] == "2024-01-31"
    (row,) = found["results"]
    assert (row["ticker"], row["date"], row["sma_20"]) == ("ACME", "2024-01-30", 61.5)
    assert "rsi_14" not in row
    assert found["missing"] == ["US:BERG"]


def test_of_a_past_day(book):
    stored(book, "ACME", "2024-01-10", 105.0)
    stored(book, "ACME", "2024-01-30", 61.5)
    found = ask(book, "?date=2024-01-12&fields=sma_20")
    assert (found["as_of"], found["results"][0]["sma_20"], found["missing"]) == ("2024-01-10", 105.0, [])


def test_an_unknown_indicator_is_refused(book):
    assert "did you mean" in str(ask(book, "?fields=sma_21"))


def test_what_portfolios_trade_that_of_the_most_first(book):
    other = worked_example(book.owner, "other")
    other.transactions.filter(instrument__ticker="ACME").delete()
    acme, berg = (book.transactions.filter(instrument__ticker=one).first().instrument_id for one in ("ACME", "BERG"))
    assert assets_traded() == [berg, acme]
    other.transactions.all().delete()
    add(other, {"kind": "DEPOSIT", "date": "2024-01-02", "amount": 1})
    assert assets_traded() == [acme, berg]


def test_nobody_trades_anything(db):
    assert assets_traded() == []
    assert tasks.compute_correlations_held() == 0


@pytest.mark.django_db(transaction=True)  # closes are read on a connection of their own
def test_the_task_stores_the_pair(book):
    assert tasks.compute_correlations_held() == 1
