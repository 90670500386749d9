"""Health: 200 while the database answers, 503 when it does not, and no secret in either."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.test import Client
from django_q.status import Stat

from factors.models import FactorRun
from quantsite import health


def test_without_a_worker_it_is_degraded(client: Client, db, monkeypatch) -> None:
    monkeypatch.setattr(Stat, "get_all", lambda: [])
    FactorRun.objects.create(region="KR", date=dt.date(2024, 6, 27), state="DONE", score_count=1)
    FactorRun.objects.create(region="KR", date=dt.date(2024, 6, 28), state="PARTLY", score_count=1)
    FactorRun.objects.create(region="KR", date=dt.date(2024, 7, 1), state="FAILED")
    answer = client.get("/api/health/")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["status"], found["version"]) == ("degraded", "0.1.0")
    assert found["last_scores"] == {"KR": "2024-06-28"}
    assert found["database"]["reachable"] is True
    assert found["worker"] == {"alive": False, "processes": 0, "last_finished": None}


def test_with_a_worker_it_is_ok(client: Client, db, monkeypatch) -> None:
    class Cluster:
        workers = (1, 2)

    monkeypatch.setattr(Stat, "get_all", lambda: [Cluster()])
    found = client.get("/api/health/").json()
    assert found["status"] == "ok"
    assert found["worker"]["processes"] == 2


@pytest.mark.parametrize("name", ["postgres://admin:secret@db", "socket /home/someone"])
def test_a_database_that_does_not_answer(client: Client, monkeypatch, name: str) -> None:
    class Gone:
        def cursor(self):
            raise OperationalError(f"no connection to {name}")

    monkeypatch.setattr(health, "connection", Gone())
    answer = client.get("/api/health/")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "version": "0.1.0", "database": {"reachable": False}}


@pytest.mark.parametrize("address", ["/", "/api/docs/", "/api/schema/", "/api/factors/"])
def test_pages_for_people(client: Client, db, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "https://cdn" not in answer.content.decode()
