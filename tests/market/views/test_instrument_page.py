"""The page of an instrument: figures, reports, actions, its chart, and what it says where there is nothing."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market.models import Fundamental, Instrument
from market.services.reported import reported_figures
from tests.market.views.market import split_stock

pytestmark = pytest.mark.django_db
PAGE, CHART = "/instruments/KR/005930/", "/prices/KR/005930/"
HTMX = {"HTTP_HX_REQUEST": "true"}
QUARTERS = (("2023-06-30", 10.0), ("2023-09-30", 11.0), ("2023-12-31", 12.0), ("2024-03-31", 13.0))


def add_reports(stock: Instrument) -> None:
    """Four quarters of 100 to 130 of revenue and 10 to 13 of EPS before the split; the last one filed twice."""
    for end, eps in QUARTERS:
        day = dt.date.fromisoformat(end)
        Fundamental.objects.create(
            instrument=stock, period_end=day, period="Q", available_on=day + dt.timedelta(days=45), source="dart",
            currency="KRW", revenue=10 * eps, eps_diluted=eps, total_assets=1000.0,
        )  # fmt: skip
    Fundamental.objects.create(
        instrument=stock, period_end=day, period="Q", available_on=day + dt.timedelta(days=60), source="dart",
        currency="KRW", revenue=150.0, eps_diluted=13.0, total_assets=900.0,
    )  # fmt: skip


def test_figures_at_the_head(client):
    split_stock()
    page = client.get(PAGE).content.decode()
    assert "삼성전자" in page
    assert "₩99" in page
    for shown in ("+1.02%", "+4.21%", "+10.00%", "+23.75%"):  # day, month, year to date, year
        assert shown in page
    assert 'hx-get="/prices/KR/005930/"' in page


def test_reported_figures_are_what_factors_use():
    stock = split_stock()
    add_reports(stock)
    found = {one.name: one for one in reported_figures(instrument=stock, as_of=dt.date(2024, 6, 28))}
    assert found["revenue"].figure == 100 + 110 + 120 + 150  # the newer version of the last quarter
    assert found["eps"].figure == pytest.approx((10 + 11 + 12) / 2 + 13)  # filed before and after the split
    assert found["total_assets"].figure == 900.0
    assert found["revenue"].before is None
    early = {one.name: one for one in reported_figures(instrument=stock, as_of=dt.date(2024, 5, 20))}
    assert early["revenue"].figure == 100 + 110 + 120 + 130


def test_market_value_of_reported_shares(client):
    stock = split_stock()
    Fundamental.objects.create(  # before the split: 500 shares then are 1,000 now, each at 99
        instrument=stock, period_end=dt.date(2023, 12, 31), period="FY", available_on=dt.date(2024, 3, 1),
        source="dart", currency="KRW", shares_outstanding=500.0,
    )  # fmt: skip
    tiles = {str(tile.label): tile.value for tile in client.get(PAGE).context["tiles"]}
    assert tiles["Market value"] == "₩99K"


def test_a_line_without_reports_has_those_of_its_company():
    stock = split_stock()
    add_reports(stock)
    Instrument.objects.filter(pk=stock.pk).update(company="samsung")
    other = Instrument.objects.create(region="KR", ticker="005935", currency="KRW", company="samsung")
    found = {one.name: one.figure for one in reported_figures(instrument=other, as_of=dt.date(2024, 6, 28))}
    assert found["revenue"] == 480.0


def test_reports_by_period_show_the_newest_version(client):
    add_reports(split_stock())
    table = client.get(PAGE).context["tables"]["reports"]
    assert [row.record.revenue for row in table.paginated_rows] == [150.0, 120.0, 110.0, 100.0]
    lines = client.get(PAGE, {"export": "csv", "table": "reports"}).getvalue().decode().splitlines()
    assert len(lines) == 5
    assert "2024-03-31,Quarter,2024-05-30,150.0" in lines[1]


def figure(answer) -> dict:
    found = re.search(r'id="price-chart-figure" type="application/json">(.*?)</script>', answer.content.decode())
    return json.loads(found[1])


def test_the_chart(client):
    split_stock()
    drawn = figure(client.get(CHART, {"span": "MAX"}, **HTMX))
    assert drawn["data"][0]["y"] == [80.0, 90.0, 95.0, 98.0, 99.0]
    assert drawn["data"][1]["y"][3] is None  # a volume that is not known
    assert drawn["layout"]["shapes"][0]["label"]["text"] == "Split 2:1"
    candles = figure(client.get(CHART, {"span": "MAX", "style": "candles", "basis": "raw"}, **HTMX))["data"][0]
    assert (candles["type"], candles["high"][:2]) == ("candlestick", [170.0, 200.0])


def test_what_cannot_be_asked_of_the_chart_is_told(client):
    split_stock()
    answer = client.get(CHART, {"span": "2Y"}, **HTMX)
    assert answer.status_code == 200
    assert "Select a valid choice. 2Y" in answer.content.decode()
    assert len(figure(answer)["data"][0]["x"]) == 5  # what is usual: a year


def test_the_chart_is_a_part_of_the_page(client):
    split_stock()
    answer = client.get(CHART)
    assert (answer.status_code, answer.url) == (302, PAGE)


def test_nothing_known(client):
    Instrument.objects.create(region="US", ticker="NEW", currency="USD")
    page = client.get("/instruments/us/NEW/").content.decode()
    assert "No price is known" in page
    assert "manage.py load_prices --region US" in page


@pytest.mark.parametrize("address", ["/instruments/KR/NOBODY/", "/instruments/XX/005930/", "/prices/KR/%00/"])
def test_no_such_instrument(client, address):
    assert client.get(address).status_code == 404


def test_the_page_needs_as_many_queries_whatever_there_is(client):
    stock = split_stock()
    add_reports(stock)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for year in range(2019, 2023):
        Fundamental.objects.create(
            instrument=stock, period_end=dt.date(year, 12, 31), period="FY", available_on=dt.date(year + 1, 3, 1),
            source="dart", currency="KRW", revenue=1.0,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) == len(few)
    assert len(many) < 25


def test_without_public_reading_a_login_is_needed(client, settings):
    split_stock()
    settings.PUBLIC_READ = False
    assert client.get(PAGE).status_code == 302
