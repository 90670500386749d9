"""The list of all jobs: whose they are, in which order, page by page, what may be done with each."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from backtests.models import BacktestSession, BacktestSweep, Status
from etfs.models import CollectRun
from factors.models import CombineRun, FactorAnalysis, FactorBackfill, FactorRun, JobState, Strategy
from market.jobs.listing import jobs_list
from market.jobs.registry import kinds, register
from market.jobs.states import JobProblem, State
from portfolio.models import Portfolio

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 6, 3)
T0 = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def at(row, minutes: int):
    """``created_at`` is set by itself when a row is made."""
    type(row)._default_manager.filter(pk=row.pk).update(created_at=T0 + dt.timedelta(minutes=minutes))
    return row


def backtest(owner: User | None, minutes: int = 0, **columns) -> BacktestSession:
    asked = {"region": "KR", "currency": "KRW", "start": DAY, "end": DAY, "config": {}, "owner": owner}
    return at(BacktestSession.objects.create(**asked | columns), minutes)


def run(minutes: int = 0, **columns) -> FactorRun:
    return at(FactorRun.objects.create(region="KR", date=DAY, **columns), minutes)


def allow(user: User, *names: str) -> User:
    for name in names:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return User.objects.get(pk=user.pk)


def staff(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def ben() -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def chief() -> User:
    return User.objects.create_superuser("chief")


def door(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def keys(answer) -> list[str]:
    return [f"{one['kind']}/{one['id']}" for one in answer.json()["results"]]


def test_one_sees_ones_own_and_staff_with_the_permission_all(ann, ben):
    mine, site = backtest(ann, 1), run(2)
    theirs = backtest(ben, 3)
    assert keys(door(ann).get("/api/jobs/")) == [f"backtest/{mine.pk}"]
    ann = allow(ann, "backtests.view_backtestsession", "factors.view_factorrun")
    assert keys(door(ann).get("/api/jobs/")) == [f"factor_run/{site.pk}", f"backtest/{mine.pk}"]
    staff(ann)
    assert keys(door(ann).get("/api/jobs/")) == [
        f"backtest/{theirs.pk}",
        f"factor_run/{site.pk}",
        f"backtest/{mine.pk}",
    ]
    assert keys(door(ann).get("/api/jobs/?owner=me")) == [f"backtest/{mine.pk}"]
    assert keys(door(ann).get("/api/jobs/?owner=ben")) == [f"backtest/{theirs.pk}"]
    assert Client().get("/api/jobs/").status_code in (401, 403)


def test_runs_of_a_strategy_are_its_owners(ann, ben, chief):
    allowed = [allow(one, "factors.view_combinerun", "factors.add_combinerun") for one in (ann, ben)]
    strategy = Strategy.objects.create(name="bens", region="KR", owner=ben)
    row = CombineRun.objects.create(strategy=strategy, start=DAY, end=DAY, state=JobState.FAILED)
    assert [len(keys(door(one).get("/api/jobs/"))) for one in allowed] == [0, 1]
    for path in ("retry/", "cancel/"):
        assert door(ann).post(f"/api/jobs/combine_run/{row.pk}/{path}").status_code == 404
    assert door(ann).get(f"/jobs/combine_run/{row.pk}/").status_code == 404
    shown = jobs_list(user=chief).jobs[0]
    assert (shown.owner, shown.may_change) == ("ben", True)


def test_the_sessions_of_a_backfill_are_no_jobs_by_themselves(chief):
    own = run(1)
    run(2, cache="history", state=JobState.DONE)
    assert [job.pk for job in jobs_list(user=chief, kind="factor_run").jobs] == [str(own.pk)]


def test_what_is_not_ones_own_is_not_there(ann, ben):
    theirs = backtest(ben, status=Status.FAILED)
    for path in ("", "retry/", "cancel/"):
        ask = door(allow(ann, "backtests.add_backtestsession"))
        answer = (
            ask.post(f"/api/jobs/backtest/{theirs.pk}/{path}") if path else ask.get(f"/api/jobs/backtest/{theirs.pk}/")
        )
        assert answer.status_code == 404
    assert BacktestSession.objects.get().status == Status.FAILED
    chief = door(User.objects.create_superuser("c"))
    for key in ("backtest/x", "backtest/99999999999999999999999", "nothing/1", "backtest/0", "task/none"):
        assert chief.get(f"/api/jobs/{key}/").status_code == 404, key


def test_every_kind_is_told_alike(chief):
    strategy = Strategy.objects.create(name="s", region="KR", combiner="weighted", options={})
    made = {
        "backtest": backtest(chief, status=Status.RUNNING, progress=40.0, stage="simulating", started_at=T0),
        "sweep": at(BacktestSweep.objects.create(config={}, status=Status.COMPLETED, progress=100.0), 0),
        "factor_run": run(state=JobState.PARTLY, message="one failed"),
        "factor_analysis": at(
            FactorAnalysis.objects.create(region="KR", start=DAY, end=DAY, state=JobState.INTERRUPTED), 0
        ),
        "factor_backfill": at(
            FactorBackfill.objects.create(
                region="KR", start=DAY, end=DAY + dt.timedelta(days=9), done_through=DAY + dt.timedelta(days=4)
            ),
            0,
        ),
        "combine_run": at(CombineRun.objects.create(strategy=strategy, start=DAY, end=DAY, state=JobState.FAILED), 0),
        "etf_collection": at(CollectRun.objects.create(source="ark", region="US", tickers=["A", "B"], stored=1), 0),
        "portfolio_values": Portfolio.objects.create(
            owner=chief, name="p", base_currency="USD", valuation_error="no price", valued_at=T0
        ),
    }
    done = Task.objects.create(
        id="a" * 32, name="tidy", func="etfs.tasks.validate_all", started=T0, stopped=T0, success=False, result="no"
    )
    made["task"] = done
    told = {one["kind"]: one for one in door(chief).get("/api/jobs/").json()["results"]}
    assert {kind: (one["id"], one["state"]) for kind, one in told.items()} == {
        kind: (str(row.pk), state)
        for (kind, row), state in zip(
            made.items(),
            ["RUNNING", "DONE", "DONE", "DEAD", "QUEUED", "FAILED", "QUEUED", "FAILED", "FAILED"],
            strict=True,
        )
    }
    assert told["backtest"]["progress"] == {
        "done": 40, "total": 100, "percent": 40, "unit": "%", "stage": "simulating",
    }  # fmt: skip
    assert told["factor_backfill"]["progress"]["percent"] == 50  # five of ten days
    assert told["etf_collection"]["progress"]["done"] == 1
    assert (told["factor_run"]["told"], told["factor_run"]["reason"]) == ("PARTLY", "one failed")
    assert (told["task"]["reason"], told["portfolio_values"]["reason"]) == ("no", "no price")
    assert set(told) == {kind.name for kind in kinds()}


def test_pages_go_through_all_once_newest_first(chief):
    rows = [backtest(None, minute) for minute in (1, 5, 5, 5, 9)] + [run(minute) for minute in (0, 5, 5, 9)]
    for number, minute in enumerate((5, 5, 2)):
        Task.objects.create(
            id=f"{number:032}", name="n", func="f", started=T0 + dt.timedelta(minutes=minute), stopped=T0, success=True
        )
    whole = [job.key for job in jobs_list(user=chief).jobs]
    assert len(set(whole)) == len(rows) + 3
    for size in (1, 2, 3, 5):
        address, seen = f"/api/jobs/?page_size={size}", []
        while address:
            answer = door(chief).get(address)
            seen += keys(answer)
            assert len(answer.json()["results"]) <= size
            address = answer.json()["next"]
        assert seen == whole


def test_filters(chief):
    backtest(chief, status=Status.FAILED, error="why")
    failed, queued = run(state=JobState.FAILED), run()
    assert keys(door(chief).get("/api/jobs/?kind=factor_run&state=FAILED")) == [f"factor_run/{failed.pk}"]
    assert keys(door(chief).get("/api/jobs/?state=QUEUED")) == [f"factor_run/{queued.pk}"]
    for wrong in ("kind=x", "state=LOST", "page_size=0", "page_size=501", "cursor=x", "colour=1", "cursor=W10="):
        answer = door(chief).get(f"/api/jobs/?{wrong}")
        assert (answer.status_code, list(answer.json())) == (400, [wrong.split("=")[0]]), wrong


def test_waiting_tasks_without_rows_of_their_own_are_shown(chief, ann):
    async_task("etfs.tasks.validate_all", task_name="nightly")
    async_task("backtests.tasks.run_backtest", backtest(None, 0).pk)
    (shown,) = jobs_list(user=chief, kind="task").jobs
    assert (shown.state, shown.title) == (State.QUEUED, "etfs.tasks.validate_all (nightly)")
    OrmQ.objects.update(lock=timezone.now() + dt.timedelta(hours=1))
    (shown,) = jobs_list(user=chief, kind="task", state=State.RUNNING).jobs
    assert jobs_list(user=ann).jobs == []


def test_a_failed_task_is_queued_again(chief):
    Task.objects.create(
        id="b" * 32, name="n", func="etfs.tasks.validate_all", args=(1,), started=T0, stopped=T0, success=False
    )
    answer = door(chief).post(f"/api/jobs/task/{'b' * 32}/retry/")
    assert (answer.status_code, answer.json()["state"]) == (202, "QUEUED")
    assert [(row.task["func"], row.task["args"]) for row in OrmQ.objects.all()] == [("etfs.tasks.validate_all", (1,))]


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.INTERRUPTED, JobState.CANCELLED])
def test_a_job_that_stopped_is_queued_again_with_its_task(chief, state):
    row = run(state=state, message="why", finished_at=T0)
    answer = door(chief).post(f"/api/jobs/factor_run/{row.pk}/retry/")
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (202, "QUEUED", "")
    row.refresh_from_db()
    assert (row.state, row.finished_at) == (JobState.QUEUED, None)
    assert [(one.task["func"], one.task["args"]) for one in OrmQ.objects.all()] == [
        ("factors.tasks.run_factors", (row.pk,))
    ]
    again = door(chief).post(f"/api/jobs/factor_run/{row.pk}/retry/")
    assert (again.status_code, OrmQ.objects.count()) == (409, 1)
    assert "QUEUED" in again.json()["detail"]


def test_permissions_to_change(ann, ben):
    mine, theirs = backtest(ann, status=Status.FAILED), backtest(ben, status=Status.FAILED)
    assert door(ann).post(f"/api/jobs/backtest/{mine.pk}/retry/").status_code == 403
    ann = allow(ann, "backtests.add_backtestsession", "backtests.view_backtestsession")
    assert door(ann).post(f"/api/jobs/backtest/{mine.pk}/retry/").status_code == 202
    assert door(ann).post(f"/api/jobs/backtest/{theirs.pk}/retry/").status_code == 404
    staff(ann)
    assert door(ann).post(f"/api/jobs/backtest/{theirs.pk}/retry/").status_code == 403
    ann = allow(ann, "backtests.change_backtestsession")
    assert door(ann).post(f"/api/jobs/backtest/{theirs.pk}/cancel/").status_code == 409
    assert door(ann).post(f"/api/jobs/backtest/{theirs.pk}/retry/").status_code == 202
    assert door(ann).post(f"/api/jobs/backtest/{theirs.pk}/cancel/").json()["state"] == "CANCELLED"


def test_of_what_nobody_owns_staff_changes_the_state(ann):
    shared = backtest(None, status=Status.FAILED)
    ann = allow(
        ann, "backtests.add_backtestsession", "backtests.view_backtestsession", "backtests.change_backtestsession"
    )
    assert door(ann).post(f"/api/jobs/backtest/{shared.pk}/retry/").status_code == 403
    staff(ann)
    assert door(ann).post(f"/api/jobs/backtest/{shared.pk}/retry/").status_code == 202


def test_cancelling(chief):
    waiting, running = run(), run(state=JobState.RUNNING)
    answer = door(chief).post(f"/api/jobs/factor_run/{waiting.pk}/cancel/")
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (200, "CANCELLED", "cancelled")
    assert door(chief).post(f"/api/jobs/factor_run/{running.pk}/cancel/").status_code == 409
    going = FactorBackfill.objects.create(region="KR", start=DAY, end=DAY, state=JobState.RUNNING)
    assert door(chief).post(f"/api/jobs/factor_backfill/{going.pk}/cancel/").json()["state"] == "CANCELLED"


def test_queries_do_not_grow_with_rows(chief, django_assert_num_queries):
    for _ in range(3):
        backtest(chief), run()
    with django_assert_num_queries(len(kinds()) + 1):  # waiting and ended tasks are two questions
        jobs_list(user=chief)
    for _ in range(30):
        backtest(chief), run()
    with django_assert_num_queries(len(kinds()) + 1):
        assert len(jobs_list(user=chief, size=20).jobs) == 20


def test_a_name_stands_for_one_kind():
    with pytest.raises(ValueError, match="called backtest already"):
        register(next(kind for kind in kinds() if kind.name == "backtest"))
    with pytest.raises(JobProblem, match="size"):
        jobs_list(user=None, size=0)
