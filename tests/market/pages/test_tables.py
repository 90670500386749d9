"""Tables sort, page, narrow and export on the server."""

import csv
import io

import pytest
from django.test import RequestFactory
from openpyxl import load_workbook

from market.models import Instrument
from market.pages.columns import TextColumn
from market.pages.tables import HouseTable

pytestmark = pytest.mark.django_db
ROWS = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "table-instruments"}


@pytest.fixture
def thirty():
    """T00 to T29, sectors for the first three alone; one name that a spreadsheet would run."""
    Instrument.objects.bulk_create(
        Instrument(
            region="US", ticker=f"T{place:02}", name=f"Company {place}" if place else '=HYPERLINK("x")', currency="USD",
            sector={0: "B", 1: "A", 2: "C"}.get(place, ""),
        )
        for place in range(30)
    )  # fmt: skip


def seen(response):
    return [row.record.ticker for row in response.context["table"].paginated_rows]


def test_pages_and_their_number(client, thirty):
    whole = client.get("/instruments/")
    assert seen_whole(whole) == [f"T{place:02}" for place in range(25)]
    assert seen(client.get("/instruments/", {"page": 2}, **ROWS)) == [f"T{place:02}" for place in range(25, 30)]
    assert seen(client.get("/instruments/", {"page": 99}, **ROWS))[-1] == "T29"
    assert seen(client.get("/instruments/", {"page": "x"}, **ROWS))[0] == "T00"
    assert len(seen(client.get("/instruments/", {"per_page": 10}, **ROWS))) == 10


@pytest.mark.parametrize(
    ("asked", "rows"), [("-1", 25), ("0", 25), ("nan", 25), ("9" * 5000, 25), ("201", 200), ("7", 7)]
)
def test_nobody_asks_for_more_rows_than_there_may_be(client, thirty, asked, rows):
    shown = client.get("/instruments/", {"per_page": asked}, **ROWS)
    assert shown.context["table"].paginator.per_page == rows


@pytest.mark.parametrize("address", ["http://[::1", "http://testserver/instruments/?q=", "nonsense"])
def test_a_page_stands_whatever_the_header_says(client, thirty, address):
    assert seen(client.get("/instruments/", {}, HTTP_HX_CURRENT_URL=address, **ROWS))[0] == "T00"


def seen_whole(response):
    return [row.record.ticker for row in response.context["tables"]["instruments"].paginated_rows]


@pytest.mark.parametrize(("asked", "first"), [("-ticker", "T29"), ("ticker", "T00"), ("nonsense", "T00")])
def test_sorting(client, thirty, asked, first):
    assert seen(client.get("/instruments/", {"sort": asked}, **ROWS))[0] == first


@pytest.mark.parametrize(("asked", "first"), [("delisted_on", "T09"), ("-delisted_on", "T10")])
def test_what_is_missing_sorts_last_either_way(client, thirty, asked, first):
    for ticker, day in (("T09", "2020-01-02"), ("T10", "2021-01-04")):
        Instrument.objects.filter(ticker=ticker).update(delisted_on=day)
    order = seen(client.get("/instruments/", {"sort": asked}, **ROWS))
    assert order[0] == first
    assert set(order[:2]) == {"T09", "T10"}


def test_several_columns_together(client, thirty):
    Instrument.objects.create(region="KR", ticker="Z", name="Z", currency="KRW")
    assert seen_whole(client.get("/instruments/"))[:2] == ["Z", "T00"]  # by region, then ticker


def test_a_part_of_a_page_is_the_table_alone(client, thirty):
    part = client.get("/instruments/", {"search": "T1"}, **ROWS)
    assert part.content.decode().strip().startswith('<div class="table-target"')
    assert "HX-Request" in part["Vary"]
    assert seen(part) == [f"T{place}" for place in range(10, 20)]


def test_files_have_all_rows_in_the_order_asked_for_and_run_nothing(client, thirty):
    asked = {"export": "csv", "table": "instruments", "sort": "-ticker"}
    text = b"".join(client.get("/instruments/", asked).streaming_content).decode()
    head, *rows = csv.reader(io.StringIO(text))
    assert head[:2] == ["Ticker", "Name"]
    assert [row[0] for row in rows] == [f"T{place:02}" for place in reversed(range(30))]
    assert rows[-1][1] == '\'=HYPERLINK("x")'
    assert rows[0][7] == ""
    book = client.get("/instruments/", asked | {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert sheet["B31"].value == '\'=HYPERLINK("x")'
    assert sheet["B31"].data_type == "s"
    assert sheet.max_row == 31


def test_a_ticker_of_digits_stays_a_text(client):
    Instrument.objects.create(region="KR", ticker="005930", name="삼성전자", currency="KRW")
    book = client.get("/instruments/", {"export": "xlsx", "table": "instruments"})
    row = [cell.value for cell in load_workbook(io.BytesIO(b"".join(book.streaming_content))).active[2]]
    assert row[:2] == ["005930", "삼성전자"]


def test_a_wrong_choice_is_told_beside_its_field(client, thirty):
    page = client.get("/instruments/", {"region": "XX"})
    assert "Select a valid choice" in page.content.decode()
    assert page.status_code == 200


def test_a_table_needs_as_many_queries_for_many_rows_as_for_few(client, thirty, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/instruments/")


def test_a_closed_site_asks_for_a_login(client, settings):
    settings.PUBLIC_READ = False
    assert client.get("/instruments/")["Location"].endswith("?next=/instruments/")
    assert "login" in client.get("/instruments/", **ROWS)["HX-Redirect"]


def test_files_have_plain_values_whatever_the_page_makes_of_them(client, thirty):
    """A table's own ``render_<name>`` is for the page alone."""

    class Shouting(HouseTable):
        name = TextColumn()

        def render_name(self, value):
            return f"<b>{value}!</b>"

    request = RequestFactory().get("/")
    table = Shouting(Instrument.objects.filter(ticker="T01"), name="loud", request=request)
    assert [row.get_cell("name") for row in table.rows] == ["<b>Company 1!</b>"]
    assert list(table.as_values()) == [["Name"], ["Company 1"]]
