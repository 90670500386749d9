"""Sweeps over HTTP."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_q.models import OrmQ

from backtests import services, tasks
from backtests.models import BacktestSession, BacktestSweep
from tests.backtests.sweeps.made import BASE, make_market

pytestmark = pytest.mark.django_db(transaction=True)
SWEEPS = "/api/backtest-sweeps/"
AXES = {"max_positions": [2, 3, 0, 5], "sell_conditions.0.value": [3, 6]}


@pytest.fixture
def market() -> None:
    make_market()


@pytest.fixture
def finished(market) -> BacktestSweep:
    created = services.sweep_create(config=BASE, axes=AXES, name="how many", objective="max_drawdown")
    services.sweep_work(sweep_id=created.pk)
    return BacktestSweep.objects.get(pk=created.pk)


def post(client: Client, address: str, **body) -> tuple[int, dict]:
    answer = client.post(address, body, content_type="application/json")
    return answer.status_code, answer.json()


def test_asking_watching_and_the_result(market, boss: Client) -> None:
    answer = boss.post(SWEEPS, {"config": BASE, "axes": AXES, "name": "how many"}, content_type="application/json")
    assert answer.status_code == 202
    address = answer["Location"]
    shown = answer.json()
    number = shown["id"]
    assert address.endswith(f"{SWEEPS}{number}/")
    assert (shown["status"], shown["variant_count"], shown["owner"], shown["result"]) == ("PENDING", 8, "boss", None)
    assert {one.task["func"] for one in OrmQ.objects.all()} == {"backtests.tasks.work_sweep"}
    assert tasks.work_sweep(number) == 8
    shown = boss.get(address).json()
    assert (shown["status"], shown["progress"], shown["config"]["end"]) == ("COMPLETED", 100.0, "2024-06-28")
    assert (shown["counts"]["COMPLETED"], shown["counts"]["FAILED"]) == (6, 2)
    assert set(shown["result"]) == {"best", "deflated_sharpe", "data_changed"}
    rows = boss.get(SWEEPS, {"status": "COMPLETED", "method": "GRID"}).json()["results"]
    assert [(one["id"], one["name"]) for one in rows] == [(number, "how many")]
    assert boss.get(SWEEPS, {"status": "FAILED"}).json()["results"] == []


def test_a_walk_forward(market, boss: Client) -> None:
    body = {"config": BASE | {"start": "2024-01-01"}, "axes": {"max_positions": [2, 3]}, "method": "WALK_FORWARD"}
    code, shown = post(boss, SWEEPS, **body, train=2, test=1, anchored=True)
    assert (code, shown["method"], shown["variant_count"]) == (202, "WALK_FORWARD", 8)
    assert tasks.work_sweep(shown["id"]) == 8
    found = boss.get(f"{SWEEPS}{shown['id']}/").json()
    assert len(found["result"]["windows"]) == 4
    page = boss.get(f"{SWEEPS}{shown['id']}/report/")
    assert (page.status_code, "Walk-forward test" in page.content.decode()) == (200, True)


def test_variants_come_the_best_first_page_by_page(finished, boss: Client) -> None:
    address, seen = f"{SWEEPS}{finished.pk}/variants/?page_size=3", []
    while address:
        answer = boss.get(address).json()
        seen += answer["results"]
        address = answer["next"]
    falls = [one["objective"] for one in seen]
    assert falls[6:] == [None, None]
    assert falls[:6] == sorted(falls[:6])  # the objective is the deepest drawdown: less is better
    assert sorted(one["number"] for one in seen) == list(range(1, 9))
    assert [one["error"] for one in seen[6:]] == ["max_positions: must be a whole number from 1, not 0"] * 2
    assert seen[0]["figures"]["max_drawdown"] == falls[0]
    failed = boss.get(f"{SWEEPS}{finished.pk}/variants/?status=FAILED").json()["results"]
    assert [one["number"] for one in failed] == [5, 6]
    assert boss.get(f"{SWEEPS}99/variants/").status_code == 404


def test_a_variant_as_a_whole_backtest(finished, boss: Client) -> None:
    code, shown = post(boss, f"{SWEEPS}{finished.pk}/variants/2/run/")
    assert (code, shown["status"], shown["sweep"]) == (202, "PENDING", finished.pk)
    assert tasks.run_backtest(shown["id"]) == "COMPLETED"
    assert BacktestSession.objects.get(pk=shown["id"]).statistics.figures == finished.variants.get(number=2).figures
    assert post(boss, f"{SWEEPS}{finished.pk}/variants/9/run/")[0] == 400
    assert post(boss, f"{SWEEPS}{finished.pk}/variants/5/run/") == (
        400, {"max_positions": ["must be a whole number from 1, not 0"]},
    )  # fmt: skip


def test_cancelling_and_taking_up_again(market, boss: Client) -> None:
    made = services.sweep_create(config=BASE, axes=AXES)
    cancelled = post(boss, f"{SWEEPS}{made.pk}/cancel/")
    assert (cancelled[0], cancelled[1]["status"], cancelled[1]["error"]) == (200, "CANCELLED", "cancelled")
    code, told = post(boss, f"{SWEEPS}{made.pk}/cancel/")
    assert (code, told["detail"]) == (409, f"sweep #{made.pk} is CANCELLED: there is nothing to cancel")
    code, shown = post(boss, f"{SWEEPS}{made.pk}/resume/")
    assert (code, shown["status"]) == (202, "PENDING")
    assert post(boss, f"{SWEEPS}{made.pk}/resume/")[0] == 409
    assert tasks.work_sweep(made.pk) == 8


def test_deleting(finished, boss: Client, reader: Client) -> None:
    address = f"{SWEEPS}{finished.pk}/"
    assert reader.delete(address).status_code == 403
    BacktestSweep.objects.filter(pk=finished.pk).update(status="RUNNING")
    refused = boss.delete(address)
    assert (refused.status_code, refused.json()["detail"]) == (
        409, f"sweep #{finished.pk} is RUNNING: cancel it first",
    )  # fmt: skip
    BacktestSweep.objects.filter(pk=finished.pk).update(status="COMPLETED")
    assert boss.delete(address).status_code == 204
    assert not BacktestSweep.objects.exists()
    assert boss.delete(address).status_code == 404


def test_the_report(finished, boss: Client) -> None:
    page = boss.get(f"{SWEEPS}{finished.pk}/report/")
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "how many" in page.content.decode()
    waiting = services.sweep_create(config=BASE, axes=AXES)
    refused = boss.get(f"{SWEEPS}{waiting.pk}/report/")
    assert (refused.status_code, "no variant has come to an end" in refused.json()["detail"]) == (404, True)
    assert boss.get(f"{SWEEPS}99/report/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"axes": AXES}, "config", "required"),
        ({"config": BASE}, "axes", "required"),
        ({"config": BASE, "axes": AXES, "sample": 3}, "sample", "unknown field"),
        ({"config": BASE, "axes": {"max_position": [3]}}, "axes", "did you mean max_positions?"),
        ({"config": BASE, "axes": [1]}, "axes", "dictionary"),
        ({"config": BASE | {"max_positions": 0}, "axes": AXES}, "max_positions", "must be a whole number from 1"),
        ({"config": [1], "axes": AXES}, "config", "must be names with values"),
        ({"config": BASE, "axes": AXES, "method": "ALL"}, "method", "not a valid choice"),
        ({"config": BASE, "axes": AXES, "samples": 3}, "samples", "is not a part of GRID"),
        ({"config": BASE, "axes": AXES, "method": "RANDOM"}, "samples", "must be a whole number, not None"),
        ({"config": BASE, "axes": AXES, "method": "WALK_FORWARD", "train": 90}, "train", "do not fit into"),
        ({"config": BASE, "axes": AXES, "objective": "luck"}, "objective", "unknown 'luck'"),
    ],
)
def test_what_is_refused(market, boss: Client, body: dict, field: str, reason: str) -> None:
    code, told = post(boss, SWEEPS, **body)
    assert (code, list(told)) == (400, [field])
    assert reason in str(told[field])
    assert not BacktestSweep.objects.exists()
    assert not OrmQ.objects.exists()


def test_who_may(finished, reader: Client) -> None:
    one = f"{SWEEPS}{finished.pk}/"
    for address in (SWEEPS, one, f"{one}variants/", f"{one}report/"):
        assert Client().get(address).status_code == 401
        assert reader.get(address).status_code == 200
    for address in (SWEEPS, f"{one}cancel/", f"{one}resume/", f"{one}variants/1/run/"):
        assert post(reader, address)[0] == 403
    assert User.objects.count() == 1
