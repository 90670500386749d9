"""Scores ranked, runs asked for, in the admin."""

import datetime as dt

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from factors.models import Factor, FactorRun, FactorScore
from market.models import Instrument, PriceBar

DAY, BEFORE = dt.date(2024, 6, 28), dt.date(2024, 6, 27)


@pytest.fixture
def manager(db) -> Client:
    factors = [
        Factor.objects.create(name=name, category="value", unit="ratio", direction=1, lookback=1) for name in "ab"
    ]
    for place, code in enumerate(("005930", "000660", "035420")):
        instrument = Instrument.objects.create(region="KR", ticker=code, name=f"Company {place}", currency="KRW")
        PriceBar.objects.create(instrument=instrument, date=DAY, close=100.0)
        for day in (BEFORE, DAY):
            for factor in factors:
                FactorScore.objects.create(
                    date=day, instrument=instrument, factor=factor, value=place, score=[1.0, None, 2.0][place]
                )
    for day in (BEFORE, DAY):
        FactorRun.objects.create(region="KR", date=day, state="DONE", score_count=1)
    client = Client()
    client.force_login(User.objects.create_superuser("someone", "someone@example.com", "a long secret"))
    return client


def shown(client: Client, **asked) -> list[tuple]:
    page = client.get(reverse("admin:factors_factorscorerow_changelist"), asked)
    assert page.status_code == 200
    return [(str(row.date), row.instrument.ticker, row.factor.name) for row in page.context["cl"].result_list]


def test_the_newest_session_by_instrument_and_factor(manager: Client) -> None:
    assert shown(manager)[:3] == [
        ("2024-06-28", "005930", "a"), ("2024-06-28", "005930", "b"), ("2024-06-28", "000660", "a"),
    ]  # fmt: skip
    assert len(shown(manager)) == 6


def test_one_factor_is_ranked_and_unscored_come_last(manager: Client) -> None:
    rows = shown(manager, factor=Factor.objects.get(name="a").pk, region="KR")
    assert [ticker for _, ticker, _ in rows] == ["035420", "005930", "000660"]


def test_a_ticker_shows_its_history(manager: Client) -> None:
    assert [day for day, _, _ in shown(manager, ticker="005930")] == ["2024-06-28"] * 2 + ["2024-06-27"] * 2
    assert len(shown(manager, q="company 1")) == 4
    assert shown(manager, date="2024-06-27", ticker="005930")[0][0] == "2024-06-27"
    assert shown(manager, region="US") == []


@pytest.mark.parametrize(
    "key",
    [
        "2024-13-01_1_1",
        "nothing",
        "2024-06-28_999999_1",
        "2024-06-28_1_99999",
        "2024-06-28_1_" + "9" * 30,
        "2024-06-28__",
    ],
)
def test_a_wrong_key_is_no_error(manager: Client, key: str) -> None:
    assert manager.get(reverse("admin:factors_factorscorerow_change", args=[key])).status_code == 302


def test_no_query_counts_or_asks_for_the_computed_key(manager: Client) -> None:
    row = FactorScore.objects.first()
    with CaptureQueriesContext(connection) as queries:
        shown(manager, factor=row.factor_id)
        page = manager.get(
            reverse(
                "admin:factors_factorscorerow_change", args=[quote(f"{row.date}_{row.instrument_id}_{row.factor_id}")]
            )
        )
    assert page.status_code == 200
    for sql in (query["sql"] for query in queries if "factorscore" in query["sql"]):
        assert "count(" not in sql.lower()
        after_where = sql.partition("WHERE")[2]
        assert after_where
        assert '"key"' not in after_where


def test_asking_for_a_run_queues_it(manager: Client) -> None:
    asked = {"region": "KR", "date": "", "factor_names": ["pe_ratio", "roe"], "normalisation": "robust"}
    answer = manager.post(reverse("admin:factors_factorrun_add"), asked)
    assert answer.status_code == 302, answer.context["adminform"].errors
    run = FactorRun.objects.latest("id")
    assert (run.date, run.state, run.factor_names, run.normalisation) == (DAY, "QUEUED", ["pe_ratio", "roe"], "robust")
    assert OrmQ.objects.count() == 1


def test_a_day_without_session_is_told_at_its_field(manager: Client) -> None:
    answer = manager.post(
        reverse("admin:factors_factorrun_add"), {"region": "KR", "date": "2024-06-29", "normalisation": "zscore"}
    )
    assert "2024-06-29 is not a session" in str(answer.context["adminform"].errors["date"])
    assert not OrmQ.objects.exists()


def test_compute_again(manager: Client) -> None:
    runs = FactorRun.objects.all()
    action = {"action": "compute_again", "_selected_action": [run.pk for run in runs]}
    manager.post(reverse("admin:factors_factorrun_changelist"), action)
    assert OrmQ.objects.count() == 2
    assert FactorRun.objects.filter(state="QUEUED").count() == 2


def test_computing_needs_the_permission(manager: Client) -> None:
    manager.force_login(User.objects.create_user("staff", password="a long secret", is_staff=True))
    assert manager.get(reverse("admin:factors_factorrun_add")).status_code == 403
