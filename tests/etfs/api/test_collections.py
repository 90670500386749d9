"""Runs of collecting and sources over HTTP."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from etfs.models import CollectItem, CollectRun
from tests.etfs.api.asking import ask, ask_csv


@pytest.fixture
def run(db) -> CollectRun:
    made = CollectRun.objects.create(
        source="ark", kind="holdings", region="US", state="PARTLY", message="1 stored", stored=1, failed=1
    )
    CollectItem.objects.create(run=made, name="a.csv", ticker="ARKK", outcome="STORED", as_of_date="2024-06-28", rows=3)
    CollectItem.objects.create(
        run=made, name="b.csv", outcome="FAILED", error_type="schema", message="b.csv: no header",
        bad_rows=[{"row": 1, "column": "weight", "reason": "number", "message": "x"}],
    )  # fmt: skip
    return made


@pytest.fixture
def reader(client: Client, db) -> Client:
    client.force_login(User.objects.create_user("reader"))
    return client


def test_runs_need_a_login(client: Client, run) -> None:
    for address in ("etf-collections/", f"etf-collections/{run.pk}/"):
        assert client.get(f"/api/{address}").status_code == 401


def test_runs(reader: Client, run) -> None:
    CollectRun.objects.create(source="spdr", kind="holdings", region="US")
    rows = ask(reader, "etf-collections/")["results"]
    assert [row["source"] for row in rows] == ["spdr", "ark"]
    (row,) = ask(reader, "etf-collections/?source=ark&state=PARTLY&region=us&kind=holdings")["results"]
    assert (row["id"], row["stored"], row["failed"], row["message"]) == (run.pk, 1, 1, "1 stored")
    assert "items" not in row
    assert len(ask_csv(reader, "etf-collections/")) == 2


def test_a_run_with_its_items(reader: Client, run, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):  # session, user, run, items
        found = ask(reader, f"etf-collections/{run.pk}/")
    failed, stored = found["items"]
    assert (stored["ticker"], stored["outcome"], stored["as_of_date"]) == ("ARKK", "STORED", "2024-06-28")
    assert (failed["error_type"], failed["message"]) == ("schema", "b.csv: no header")
    assert failed["bad_rows"] == [{"row": 1, "column": "weight", "reason": "number", "message": "x"}]
    assert reader.get("/api/etf-collections/999999/").status_code == 404


def test_sources(client: Client, db) -> None:
    rows = ask(client, "etf-sources/")["results"]
    names = [row["name"] for row in rows]
    assert names == sorted(names)
    (ark,) = (row for row in rows if row["name"] == "ark")
    assert ark.pop("title")
    assert ark == {
        "name": "ark", "sort": "file", "kinds": ["holdings"], "regions": ["US"], "rate_limit": None,
        "needs_key": False, "checked": "recording",
    }  # fmt: skip
    assert {row["sort"] for row in rows} == {"file", "network"}
    assert all(row["rate_limit"] > 0 for row in rows if row["sort"] == "network")
