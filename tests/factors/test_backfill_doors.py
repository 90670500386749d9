"""Backfills and factor returns over HTTP and in the admin."""

import datetime as dt

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from factors.models import Factor, FactorBackfill, FactorReturn, JobState
from market.models import Instrument, PriceBar

FRIDAY, THURSDAY = dt.date(2024, 6, 28), dt.date(2024, 6, 27)


@pytest.fixture
def market(db) -> None:
    stock = Instrument.objects.create(region="KR", ticker="005930", name="Samsung Electronics", currency="KRW")
    for day in (THURSDAY, FRIDAY):
        PriceBar.objects.create(instrument=stock, date=day, close=100.0)
    for number, name in enumerate(("roe", "pe_ratio")):
        factor = Factor.objects.create(name=name, category="value", unit="ratio", direction=1, lookback=1)
        for region, day in (("KR", THURSDAY), ("KR", FRIDAY), ("US", FRIDAY)):
            FactorReturn.objects.create(
                date=day, region=region, factor=factor, value=0.01 * number, ic=0.5, coverage=1.0, count=20
            )


@pytest.fixture
def writer(market) -> Client:
    user = User.objects.create_user("analyst", password="a long secret")
    user.user_permissions.add(Permission.objects.get(codename="add_factorbackfill"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager(market) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


def test_returns_newest_first(client: Client, market, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        rows = client.get("/api/factor-returns/?region=KR").json()["results"]
    assert [(row["date"], row["factor"], row["value"]) for row in rows] == [
        ("2024-06-28", "roe", 0.0), ("2024-06-28", "pe_ratio", 0.01),
        ("2024-06-27", "roe", 0.0), ("2024-06-27", "pe_ratio", 0.01),
    ]  # fmt: skip
    assert rows[0]["ic"] == 0.5
    assert set(rows[0]) == {"region", "date", "factor", "value", "ic", "coverage", "count"}


def test_returns_of_one_factor_within_dates_and_in_pages(client: Client, market) -> None:
    asked = "/api/factor-returns/?region=KR&factor=roe"
    assert len(client.get(f"{asked}&to=2024-06-27").json()["results"]) == 1
    first = client.get(f"{asked}&page_size=1").json()
    assert first["results"][0]["date"] == "2024-06-28"
    assert client.get(first["next"]).json()["results"][0]["date"] == "2024-06-27"
    assert client.get(f"{asked}&format=csv").getvalue().count(b"\n") == 3


def test_a_wrong_factor_is_told(client: Client, market) -> None:
    answer = client.get("/api/factor-returns/?region=KR&factor=rowe")
    assert (answer.status_code, "did you mean roe" in answer.json()["factor"][0]) == (400, True)


def test_asking_for_a_backfill(writer: Client) -> None:
    body = {"region": "KR", "from": "2024-06-27", "factors": ["roe"]}
    answer = writer.post("/api/factor-backfills/", body, content_type="application/json")
    assert answer.status_code == 202, answer.content
    assert (answer.json()["state"], answer.json()["end"]) == ("QUEUED", "2024-06-28")
    assert OrmQ.objects.count() == 1
    watched = writer.get(answer["Location"]).json()
    assert (watched["factor_names"], watched["done_through"]) == (["roe"], None)
    assert [row["id"] for row in writer.get("/api/factor-backfills/?region=KR").json()["results"]] == [watched["id"]]


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"from": "2020-01-02"}, "from", "before the data"),
        ({"from": "2024-06-27", "to": "2024-06-26"}, "to", "is before from"),
        ({"from": "27.6.2024"}, "from", "YYYY-MM-DD"),
        ({"from": "2024-06-27", "factors": ["rowe"]}, "factors", "did you mean roe"),
        ({"from": "2024-06-27", "factor": "roe"}, "factor", "unknown field"),
        ({"from": "2024-06-22", "to": "2024-06-23"}, "from", "is before the data"),
        ({"from": "2024-06-29", "to": "2024-06-30"}, "to", "is after the newest bar"),
        ({"region": "US", "from": "2024-06-27"}, "region", "US has no prices"),
        ({}, "from", "required"),
    ],
)
def test_backfills_that_cannot_be(writer: Client, body: dict, field: str, reason: str) -> None:
    answer = writer.post("/api/factor-backfills/", {"region": "KR", **body}, content_type="application/json")
    assert answer.status_code == 400
    assert reason in answer.json()[field][0]
    assert not FactorBackfill.objects.exists()


def test_reasons_of_failures_are_for_those_who_are_logged_in(client: Client, market) -> None:
    job = FactorBackfill.objects.create(region="KR", start=THURSDAY, end=FRIDAY, message="/srv/data is full")
    assert "message" not in client.get(f"/api/factor-backfills/{job.pk}/").json()
    assert client.post("/api/factor-backfills/", {"region": "KR"}).status_code in (401, 403)


def test_the_admin_asks_resumes_and_cancels(manager: Client) -> None:
    address = reverse("admin:factors_factorbackfill_add")
    body = {
        "region": "KR",
        "start": "2024-06-27",
        "end": "2024-06-28",
        "factor_names": ["roe"],
        "normalisation": "zscore",
    }
    assert manager.post(address, body).status_code == 302
    job = FactorBackfill.objects.get()
    listed = reverse("admin:factors_factorbackfill_changelist")
    manager.post(listed, {"action": "cancel", "_selected_action": [job.pk]})
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    FactorBackfill.objects.filter(pk=job.pk).update(done_through=THURSDAY)
    manager.post(listed, {"action": "resume", "_selected_action": [job.pk]})
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert b"2024-06-27" in manager.get(listed).content
    assert manager.get(reverse("admin:factors_factorbackfill_change", args=[job.pk])).status_code == 200


def test_the_admin_tells_a_wrong_day_at_its_field(manager: Client) -> None:
    body = {"region": "KR", "start": "2020-01-02", "end": "2024-06-28", "normalisation": "zscore"}
    page = manager.post(reverse("admin:factors_factorbackfill_add"), body)
    assert "before the data" in page.context["adminform"].form.errors["start"][0]


def test_the_admin_shows_returns(manager: Client) -> None:
    listed = reverse("admin:factors_factorreturnrow_changelist")
    rows = manager.get(listed, {"region__exact": "US"}).context["cl"].result_list
    assert [(row.region, row.factor.name) for row in rows] == [("US", "roe"), ("US", "pe_ratio")]
    one = reverse("admin:factors_factorreturnrow_change", args=[quote(rows[0].key)])
    assert manager.get(one).status_code == 200
    assert manager.get(one.replace("US", "USA")).status_code == 302
    assert len(manager.get(listed, {"q": "pe_r"}).context["cl"].result_list) == 3
