"""One's own positions in an instrument, and its indicators."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from market.models import Instrument, PriceBar
from portfolio.models import AssetPerformanceMetrics
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transactions_add
from portfolio.services.valuation import portfolio_value
from portfolio.views.instrument_section import positions_of

DAYS = [dt.date(2024, 6, day) for day in (26, 27, 28)]


@pytest.fixture
def stock():
    return Instrument.objects.create(region="KR", ticker="005930", name="One", currency="KRW")


@pytest.mark.django_db
def test_indicators(client, stock):
    AssetPerformanceMetrics.objects.create(
        date=DAYS[2], bar_date=DAYS[2], instrument=stock, rsi_14=55.5, return_1m=12.34, sma_20=98.5
    )
    page = client.get("/instruments/KR/005930/").content.decode()
    for shown in ("Position and indicators", "55.50", "12.34%", "₩98.50", "Jun 28, 2024"):
        assert shown in page
    assert "Beta against the index" not in page  # not known


@pytest.mark.django_db
def test_nothing_to_say(client, stock):
    assert "Position and indicators" not in client.get("/instruments/KR/005930/").content.decode()


@pytest.mark.django_db(transaction=True)  # values are computed from what is committed
def test_my_position_and_nobody_elses(client, stock):
    for day, close in zip(DAYS, (50.0, 55.0, 60.0), strict=True):
        PriceBar.objects.create(instrument=stock, date=day, close=close)
    ann, bob = (User.objects.create_user(name) for name in ("ann", "bob"))
    book = portfolio_create(owner=ann, name="anns", base_currency="KRW")
    transactions_add(portfolio=book, rows=[
        {"kind": "DEPOSIT", "date": DAYS[0], "amount": "1000"},
        {"kind": "BUY", "date": DAYS[0], "asset": "KR:005930", "quantity": "10", "price": "50"},
    ])  # fmt: skip
    portfolio_value(portfolio_id=book.pk)
    request = RequestFactory().get("/")
    request.user = ann
    (found,) = positions_of(request, stock)
    assert (found["as_of"], found["value"], found["unrealised_average"]) == (DAYS[2], 600.0, 100.0)
    assert found["weight"] == pytest.approx(100 * 600 / 1100)
    assert found["gain_percent"] == pytest.approx(20.0)
    client.force_login(ann)
    page = client.get("/instruments/KR/005930/").content.decode()
    for shown in ("₩600", "54.5%", "₩100", "+20.0%", f"/portfolios/{book.pk}/"):
        assert shown in page
    client.force_login(bob)
    assert "anns" not in client.get("/instruments/KR/005930/").content.decode()
