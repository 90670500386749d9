"""Backtests asked for over HTTP: handed to the workers, watched, cancelled, asked for again, deleted."""

import json

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django_q.models import OrmQ

from backtests import tasks
from backtests.models import BacktestCondition, BacktestSession, BacktestStatistics, BacktestTrade, Status
from backtests.services.watching import lock_name
from market.jobs.locks import LOCK_CLASS
from quantsite.accounts.tokens import token_create
from tests.backtests.services.tables import config
from tests.backtests.stored import bare, made_up

pytestmark = pytest.mark.django_db


def post(client: Client, address: str, body: object = None):
    return client.post(f"/api/backtests/{address}", json.dumps(body), content_type="application/json")


def test_from_asking_to_the_result(boss, finished):
    answer = post(boss, "", config(name="mine", max_positions=2))
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert answer["Location"] == f"http://testserver/api/backtests/{told['id']}/"
    assert (told["status"], told["progress"], told["owner"], told["served_from_store"]) == (
        "PENDING",
        0.0,
        "boss",
        False,
    )
    assert told["total_return"] is None
    assert OrmQ.objects.count() == 1
    assert boss.get(f"/api/backtests/{told['id']}/trades/").status_code == 404
    assert tasks.run_backtest(told["id"]) == "COMPLETED"
    found = boss.get(answer["Location"]).json()
    assert (found["status"], found["progress"], found["error"]) == ("COMPLETED", 100.0, "")
    assert found["total_return"] == pytest.approx(100 * (found["final_value"] / 100_000_000 - 1), rel=1e-12)
    assert [one["text"] for one in found["conditions"] if one["kind"] == "BUY"] == ["momentum_1m value > -20"]
    assert set(found["timings"]) >= {"load", "factors", "simulate", "save", "total"}
    assert found["config"]["max_positions"] == 2


def test_an_equal_one_is_served_from_the_store(boss, finished):
    answer = post(boss, "", config(name="another name", max_positions=3))
    told = answer.json()
    assert (answer.status_code, told["id"], told["served_from_store"]) == (200, finished.three, True)
    assert not OrmQ.objects.exists()
    again = post(boss, "?again=1", config(name="another name", max_positions=3))
    assert (again.status_code, again.json()["served_from_store"]) == (202, False)
    assert again.json()["id"] != finished.three
    assert OrmQ.objects.count() == 1


def test_rerun(boss, finished):
    answer = post(boss, f"{finished.five}/rerun/")
    told = answer.json()
    assert (answer.status_code, told["status"], told["name"]) == (202, "PENDING", "five")
    assert told["config"] == boss.get(f"/api/backtests/{finished.five}/").json()["config"]
    assert tasks.run_backtest(told["id"]) == "COMPLETED"
    first, second = (boss.get(f"/api/backtests/{pk}/").json() for pk in (finished.five, told["id"]))
    assert first["final_value"] == second["final_value"]


@pytest.mark.parametrize("status", ["PENDING", "RUNNING"])
def test_cancel(boss, status):
    session = bare(status=status, progress=40.0, stage="computing factors")
    answer = post(boss, f"{session.pk}/cancel/")
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (200, "CANCELLED", "cancelled")
    answer = post(boss, f"{session.pk}/cancel/")
    told = f"backtest #{session.pk} is CANCELLED: there is nothing to cancel"
    assert (answer.status_code, answer.json()) == (409, {"detail": told})


def test_delete(boss, finished):
    session = made_up(values=(101.0, 102.0))
    assert boss.delete(f"/api/backtests/{session.pk}/").status_code == 204
    assert boss.get(f"/api/backtests/{session.pk}/").status_code == 404
    assert not BacktestStatistics.objects.filter(session_id=session.pk).exists()
    assert BacktestTrade.objects.filter(session=finished.five).exists()


@pytest.mark.parametrize("status", ["PENDING", "RUNNING"])
def test_what_goes_on_is_not_deleted(boss, status):
    session = bare(status=status)
    answer = boss.delete(f"/api/backtests/{session.pk}/")
    assert answer.status_code == 409
    assert "cancel it first" in answer.json()["detail"]
    assert BacktestSession.objects.filter(pk=session.pk).exists()


def test_what_still_stops_is_not_deleted(boss):
    session = bare(status="CANCELLED")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, lock_name(session)])
        answer = boss.delete(f"/api/backtests/{session.pk}/")
        assert (answer.status_code, "try again" in answer.json()["detail"]) == (409, True)
    finally:
        other.close()
    assert boss.delete(f"/api/backtests/{session.pk}/").status_code == 204


def test_asking_needs_login_and_permission(client, reader, finished):
    before = BacktestSession.objects.count()
    for address in ("", f"{finished.five}/rerun/", f"{finished.five}/cancel/"):
        assert post(client, address, config()).status_code == 401
        assert post(reader, address, config()).status_code == 403
    assert client.delete(f"/api/backtests/{finished.five}/").status_code == 401
    assert reader.delete(f"/api/backtests/{finished.five}/").status_code == 403
    user = User.objects.create_user("writer")
    user.user_permissions.add(Permission.objects.get(codename="add_backtestsession"))
    writer = Client(headers={"Authorization": f"Token {token_create(user=user, name='test')[1]}"})
    assert BacktestSession.objects.count() == before
    assert post(writer, "", config(max_positions=7)).status_code == 202
    assert writer.delete(f"/api/backtests/{finished.five}/").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"start": "2024-06-01", "end": "2024-03-01"}, "start", "2024-06-01 is after end (2024-03-01)"),
        ({"start": "1999-01-04"}, "start", "1999-01-04 is before the data"),
        ({"end": "2030-01-04"}, "end", "2030-01-04 is after the newest bar of KR"),
        ({"start": "yesterday"}, "start", "must be a day as YYYY-MM-DD"),
        ({"start": None}, "start", "say from which day on"),
        ({"region": "QQ"}, "region", "QQ"),
        ({"region": "US"}, "region", "US has no prices"),
        ({"order_by": "reo"}, "order_by", "did you mean roe"),
        ({"buy_conditions": [{"factor": "reo", "value": 1}]}, "buy_conditions", "did you mean roe"),
        ({"initial_capital": 0}, "initial_capital", "above 0"),
        ({"commission": -1}, "commission", "-1"),
        ({"slippage": -0.1}, "slippage", "-0.1"),
        ({"universe": {"tickers": ["NOBODY"]}}, "universe", "NOBODY"),
        ({"benchmark": "SPX"}, "benchmark", "SPX is not known in KR"),
        ({"strategy": "nothing"}, "strategy", "nothing"),
        ({"max_position": 3}, "max_position", "did you mean max_positions"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_by_field(boss, finished, wrong, field, reason):
    before = BacktestSession.objects.count(), BacktestCondition.objects.count()
    answer = post(boss, "", config(**wrong))
    assert answer.status_code == 400
    assert reason in answer.json()[field][0]
    assert (BacktestSession.objects.count(), BacktestCondition.objects.count()) == before
    assert not OrmQ.objects.exists()


def test_a_form_is_no_configuration(boss):
    assert boss.post("/api/backtests/", {"region": "KR"}).status_code == 415


def test_the_workers_end_what_died(boss):
    died, waits = bare(status=Status.RUNNING), bare(status=Status.PENDING)
    assert tasks.tidy() == {"backtestsession": 1, "backtestsweep": 0}
    told = boss.get(f"/api/backtests/{died.pk}/").json()
    assert (told["status"], told["error"]) == ("FAILED", "its process ended before it")
    assert boss.get(f"/api/backtests/{waits.pk}/").json()["status"] == "PENDING"
