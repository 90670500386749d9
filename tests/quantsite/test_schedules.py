"""Schedules: made and brought up to date by one command, edited in the admin, left as edited."""

import datetime as dt
import json
import pydoc

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule, Task

from quantsite.schedules import schedules, schedules_setup

pytestmark = pytest.mark.django_db


def did() -> dict[str, str]:
    return {one.name: one.did for one in schedules_setup()}


def test_every_schedule_is_there_after_migrate_and_calls_something() -> None:
    assert set(Schedule.objects.values_list("name", flat=True)) == set(schedules())
    assert len(schedules()) >= 18
    for schedule in Schedule.objects.all():
        assert callable(pydoc.locate(schedule.func)), schedule.func
    assert set(did().values()) == {"kept"}


def test_missing_ones_are_made() -> None:
    Schedule.objects.filter(name__in=["prune data", "daily factors KR"]).delete()
    assert {name for name, how in did().items() if how == "created"} == {"prune data", "daily factors KR"}
    assert Schedule.objects.get(name="daily factors KR").args == "'KR',"


def test_what_somebody_edited_stays_and_reset_takes_it_back() -> None:
    evening = timezone.now().replace(hour=3, minute=0)
    Schedule.objects.filter(name="prune data").update(next_run=evening)
    Schedule.objects.filter(name="asset metrics").update(repeats=0)
    Schedule.objects.filter(name="mark interrupted jobs").update(minutes=3)
    found = {one.name: one for one in schedules_setup()}
    assert {name for name, one in found.items() if one.is_edited} == {
        "prune data", "asset metrics", "mark interrupted jobs",
    }  # fmt: skip
    assert not found["asset metrics"].is_on
    assert Schedule.objects.get(name="prune data").next_run == evening
    changed = {one.name for one in schedules_setup(reset=True) if one.did == "reset"}
    assert changed == {"prune data", "asset metrics", "mark interrupted jobs"}
    assert Schedule.objects.get(name="asset metrics").repeats == -1
    assert Schedule.objects.get(name="mark interrupted jobs").minutes == 10
    assert {one.did for one in schedules_setup(reset=True)} == {"kept"}


def test_a_daily_one_that_ran_is_not_edited() -> None:
    for one in Schedule.objects.filter(schedule_type="D"):
        one.next_run += dt.timedelta(days=40)
        one.save()
    assert not any(one.is_edited for one in schedules_setup())


def test_what_it_calls_follows_the_code_and_its_time_stays() -> None:
    Schedule.objects.filter(name="prune data").update(func="old.place.prune", minutes=7)
    assert did()["prune data"] == "updated"
    schedule = Schedule.objects.get(name="prune data")
    assert (schedule.func, schedule.minutes) == ("quantsite.tasks.prune_data", 7)


def test_the_command_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    Schedule.objects.filter(name="asset metrics").update(repeats=0)
    Schedule.objects.create(name="my own", func="x.y", schedule_type="D")
    call_command("setup_schedules", "--json")
    found = json.loads(capsys.readouterr().out)
    (metrics,) = [row for row in found["schedules"] if row["name"] == "asset metrics"]
    assert (metrics["on"], metrics["edited"], metrics["every"]) == (False, True, "Daily")
    assert [other["name"] for other in found["others"]] == ["my own"]
    call_command("setup_schedules")
    text = capsys.readouterr().out
    assert "kept, edited, off" in text
    assert "not ours: my own" in text


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_the_admin_shows_the_next_run_and_the_last_result(admin: Client) -> None:
    now = timezone.now()
    Task.objects.create(id="t1", name="uncle-fish", func="f", success=False, started=now, stopped=now)
    Schedule.objects.filter(name="prune data").update(task="t1")
    page = admin.get("/admin/django_q/schedule/").content.decode()
    assert "prune data" in page
    assert "uncle-fish" in page
    assert "failed" in page


@pytest.mark.parametrize(
    ("action", "before", "after"), [("turn_off", -1, 0), ("turn_on", 0, -1), ("turn_on", 5, 5)]
)  # fmt: skip
def test_turned_on_and_off(admin: Client, action: str, before: int, after: int) -> None:
    schedule = Schedule.objects.get(name="prune data")
    Schedule.objects.filter(pk=schedule.pk).update(repeats=before)
    admin.post("/admin/django_q/schedule/", {"action": action, "_selected_action": [schedule.pk]})
    schedule.refresh_from_db()
    assert schedule.repeats == after


def test_run_now(admin: Client) -> None:
    schedule = Schedule.objects.get(name="prune data")
    Schedule.objects.filter(pk=schedule.pk).update(next_run=timezone.now() + dt.timedelta(hours=5))
    admin.post("/admin/django_q/schedule/", {"action": "run_now", "_selected_action": [schedule.pk]})
    schedule.refresh_from_db()
    assert schedule.next_run <= timezone.now()


def test_edited_in_the_admin(admin: Client) -> None:
    schedule = Schedule.objects.get(name="mark interrupted jobs")
    page = admin.get(f"/admin/django_q/schedule/{schedule.pk}/change/")
    assert page.status_code == 200
    values = {key: value for key, value in page.context["adminform"].form.initial.items() if value is not None}
    moment = timezone.localtime(schedule.next_run)
    values |= {"minutes": 30, "next_run_0": f"{moment:%Y-%m-%d}", "next_run_1": f"{moment:%H:%M:%S}"}
    answer = admin.post(f"/admin/django_q/schedule/{schedule.pk}/change/", values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    schedule.refresh_from_db()
    assert schedule.minutes == 30
