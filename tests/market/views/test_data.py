"""Loads, the rows they refused, how old things are."""

import datetime as dt

import pytest
from django.contrib.auth.models import User

from market.models import Instrument, LoadRun, RejectedRow
from market.services.freshness import loads_newest
from tests.market.views.market import split_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(User.objects.create_user("ann"))
    return client


@pytest.fixture
def load():
    run = LoadRun.objects.create(
        kind="prices", region="KR", source="csv", file_name="bars.csv", state="PARTLY", rows_read=5, rows_inserted=2,
        rows_rejected=3, reasons={"bad_number": 2, "bad_date": 1}, timings={"read": 0.25},
        first_date=dt.date(2024, 1, 2), last_date=dt.date(2024, 6, 28),
    )  # fmt: skip
    for row, column, reason in ((2, "close", "bad_number"), (3, "date", "bad_date"), (5, "close", "bad_number")):
        RejectedRow.objects.create(
            load_run=run, row_number=row, column=column, reason=reason, message="cannot be read", raw={"close": "=1+1"}
        )
    return run


def test_loads_are_listed_and_narrowed(reader, load):
    LoadRun.objects.create(kind="fx", region="KR", source="csv", state="DONE")
    tables = reader.get("/data/").context["tables"]
    assert [row.record.kind for row in tables["loads"].paginated_rows] == ["fx", "prices"]
    narrowed = reader.get("/data/", {"loads-state": "PARTLY"}).context["tables"]["loads"]
    assert [row.record.pk for row in narrowed.paginated_rows] == [load.pk]
    assert reader.get("/data/", {"loads-state": "nonsense"}).status_code == 200


def test_the_last_load_of_each_source(load):
    newer = LoadRun.objects.create(kind="prices", region="KR", source="csv", state="DONE")
    other = LoadRun.objects.create(kind="prices", region="KR", source="krx", state="FAILED")
    assert loads_newest() == [newer, other]


def test_a_load_that_fails_takes_nothing_away(reader, load):
    failed = LoadRun.objects.create(kind="prices", region="KR", source=load.source, state="FAILED")
    (row,) = reader.get("/data/").context["tables"]["sources"].paginated_rows
    assert (row.record, row.record.data_to) == (failed, dt.date(2024, 6, 28))
    assert [row.get_cell(name) for name in ("kind", "source", "rows_rejected")] == ["Prices", load.source, "0"]


def test_how_far_regions_are(reader):
    split_stock()
    (korea,) = [row.record for row in reader.get("/data/").context["tables"]["regions"].paginated_rows]
    assert (korea.newest, korea.state) == (dt.date(2024, 6, 28), "late")
    lines = reader.get("/data/", {"export": "csv", "table": "regions"}).getvalue().decode().splitlines()
    assert lines[1].startswith("KR,Korea,1,2024-06-28,")


def test_one_load(reader, load):
    answer = reader.get(f"/data/loads/{load.pk}/")
    assert [row.record.row_number for row in answer.context["tables"]["rejected"].paginated_rows] == [2, 3, 5]
    page = answer.content.decode()
    assert f"/api/load-runs/{load.pk}/rejected/" in page
    assert "bars.csv" in page
    narrowed = reader.get(f"/data/loads/{load.pk}/", {"reason": "bad_date"}).context["tables"]["rejected"]
    assert [row.record.row_number for row in narrowed.paginated_rows] == [3]


def test_files_of_rejected_rows_run_nothing(reader, load):
    text = reader.get(f"/data/loads/{load.pk}/", {"export": "csv", "table": "rejected"}).getvalue().decode()
    assert "close: =1+1" in text  # a text that does not begin with the sign
    assert len(text.splitlines()) == 4


def test_loads_need_a_login(client, load):
    for address in ("/data/", f"/data/loads/{load.pk}/"):
        assert client.get(address).status_code == 302
        assert client.get(address, {"export": "csv", "table": "loads"}).status_code == 302


def test_no_such_load(reader):
    assert reader.get("/data/loads/9/").status_code == 404


def test_an_empty_site_says_how_to_begin(reader):
    assert not Instrument.objects.exists()
    page = reader.get("/data/").content.decode()
    assert "manage.py load_instruments" in page
    assert "manage.py load_prices" in page
