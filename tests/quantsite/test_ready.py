"""Ready: every check by name, 503 when one fails, cheap, and no word of where things are."""

import datetime as dt
import json

import environ
import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.status import Stat

from factors.models import FactorRun
from market.models import DataChange, Instrument, PriceBar
from quantsite import ready
from quantsite.checks import check_stale_sessions
from quantsite.limits import limits_of
from quantsite.staleness import freshness

# Seoul, Friday 28 June 2024, after the close at 15:30; the next session is Monday 1 July.
FRIDAY = dt.datetime(2024, 6, 28, 7, 0, tzinfo=dt.UTC)


class Cluster:
    workers = (1, 2)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stat, "get_all", lambda: [Cluster()])


@pytest.fixture
def bars(db) -> None:
    """Korean bars to Wednesday 26 June, scores to Thursday."""
    cache.clear()
    stock = Instrument.objects.create(region="KR", ticker="005930", name="Samsung", currency="KRW", asset_type="STOCK")
    for day in ("2024-06-25", "2024-06-26"):
        PriceBar.objects.create(instrument=stock, date=day, close=80_000)
    FactorRun.objects.create(region="KR", date="2024-06-27", state="DONE", score_count=1)


@pytest.mark.parametrize("address", ["/api/ready", "/api/ready/"])
def test_all_is_well(client: Client, db, worker, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    found = answer.json()
    assert found["ready"] is True
    assert {name: check["ok"] for name, check in found["checks"].items()} == dict.fromkeys(
        ("database", "migrations", "worker", "data"), True
    )
    assert found["checks"]["worker"] == {"ok": True, "processes": 2}


def test_no_worker(client: Client, db, monkeypatch) -> None:
    monkeypatch.setattr(Stat, "get_all", lambda: [])
    answer = client.get("/api/ready/")
    assert answer.status_code == 503
    found = answer.json()
    assert (found["ready"], found["checks"]["worker"]) == (False, {"ok": False, "processes": 0})
    assert found["checks"]["database"]["ok"] is True


def test_a_migration_that_is_not_applied(client: Client, db, worker) -> None:
    app, name = next(key for key in ready.newest_migrations() if key[0] == "factors")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name])
    answer = client.get("/api/ready/")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == {"ok": False, "apps_behind": 1}


def test_a_database_that_does_not_answer(client: Client, worker, monkeypatch) -> None:
    class Gone:
        def cursor(self):
            raise OperationalError("no connection to postgres://admin:secret@db /srv/data")

    monkeypatch.setattr(ready, "connection", Gone())
    answer = client.get("/api/ready/")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"database": {"ok": False}}}


def test_an_empty_database_without_tables(client: Client, db, worker) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO gone")
    answer = client.get("/api/ready/")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, {"ok": False})


def test_data_behind_are_told_and_fail_only_beyond_a_limit(bars, settings) -> None:
    found = ready.data_check(FRIDAY)
    assert found["ok"] is True
    korea = {
        "stale": False, "last_session": dt.date(2024, 6, 28), "newest_bars": dt.date(2024, 6, 26),
        "newest_scores": dt.date(2024, 6, 27), "bars_behind": 2, "scores_behind": 1, "limit": None,
    }  # fmt: skip
    assert found["regions"] == {"KR": korea}
    settings.STALE_SESSIONS = {"*": 2}
    assert ready.data_check(FRIDAY) == {"ok": True, "regions": {"KR": korea | {"limit": 2}}}
    settings.STALE_SESSIONS = {"*": 2, "KR": 1}
    assert ready.data_check(FRIDAY) == {"ok": False, "regions": {"KR": korea | {"limit": 1, "stale": True}}}


def test_stale_data_answer_503(client: Client, bars, worker, settings) -> None:
    settings.STALE_SESSIONS = {"KR": 5}
    answer = client.get("/api/ready/")
    assert answer.status_code == 503
    region = answer.json()["checks"]["data"]["regions"]["KR"]
    assert region["stale"] is True
    assert region["newest_bars"] == "2024-06-26"


def test_a_session_counts_from_its_close_on(db) -> None:
    FactorRun.objects.create(region="KR", date="2024-06-21", state="DONE", score_count=1)
    before = dt.datetime(2024, 6, 28, 6, 29, tzinfo=dt.UTC)
    assert freshness(before)[0].session == dt.date(2024, 6, 27)
    assert freshness(before + dt.timedelta(minutes=1))[0].session == dt.date(2024, 6, 28)
    assert freshness(FRIDAY + dt.timedelta(days=2))[0].session == dt.date(2024, 6, 28)


def test_vietnam_is_behind_by_weekdays(db) -> None:
    FactorRun.objects.create(region="VN", date="2024-06-21", state="DONE", score_count=1)
    (found,) = freshness(dt.datetime(2024, 6, 28, 12, tzinfo=dt.UTC))
    assert (found.region, found.bars, found.scores_behind) == ("VN", None, 5)


def test_bars_are_probed_once_a_change(bars) -> None:
    def probes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            freshness(FRIDAY)
        return sum('FROM "market_instrument"' in query["sql"] for query in queries)

    assert probes() == DataChange.objects.values("region").distinct().count() > 0
    assert probes() == 0
    PriceBar.objects.create(instrument=Instrument.objects.get(), date="2024-06-27", close=80_000)
    assert freshness(FRIDAY)[0].bars_behind == 1


def test_it_is_cheap_and_tells_no_place(client: Client, bars, worker, django_assert_max_num_queries) -> None:
    client.get("/api/ready/")
    with django_assert_max_num_queries(5):
        answer = client.get("/api/ready/")
    text = json.dumps(answer.json())
    assert not any(word in text for word in (str(connection.settings_dict["HOST"]), "postgres", "/var", "tmp"))


def test_limits_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "*=3,VN=5")
    assert limits_of(environ.Env(), "X") == {"*": 3, "VN": 5}
    monkeypatch.setenv("X", "VN=soon")
    with pytest.raises(ImproperlyConfigured, match="X: VN must be a whole number from 0 to 100000, not 'soon'"):
        limits_of(environ.Env(), "X")


def test_a_region_that_is_misspelt_is_told(settings) -> None:
    """It would be as stale as it likes, and nobody would know."""
    settings.STALE_SESSIONS = {"*": 3, "VM": 5, "VN": 5}
    with pytest.raises(SystemCheckError, match=r"QUANTSITE_STALE_SESSIONS names VM; there are \*, KR"):
        call_command("check")
    settings.STALE_SESSIONS = {"*": 3, "VN": 5}
    assert check_stale_sessions(None) == []
