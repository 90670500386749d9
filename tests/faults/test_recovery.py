"""Tasks handed out twice, jobs whose process died, tasks and rows that lost each other; without real deaths."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule, Task
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from backtests.models import BacktestSession, BacktestSweep, Status
from factors.models import FactorRun, JobState
from factors.store import run_lock
from factors.tasks import run_factors
from market.jobs import delivery
from market.jobs.delivery import ELSEWHERE, LOCK_CLASS, MOST_TRIES, TRIES, task
from market.jobs.queue import queue_read
from market.jobs.recovery import ENDED, SPENT, jobs_recover

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2024, 6, 3)
RUN = "factors.tasks.run_factors"


def job(state: str = JobState.RUNNING, **columns) -> FactorRun:
    return FactorRun.objects.create(region="KR", date=DAY, state=state, **columns)


def queued(func: str, *args, tries: int = 0, taken: float | None = None) -> OrmQ:
    """A task in the queue; ``taken``: seconds since a cluster did so, None: nobody has."""
    async_task(func, *args, task_name="made")
    row = OrmQ.objects.latest("pk")
    row.payload = SignedPackage.dumps(row.task | {TRIES: tries})
    if taken is not None:
        row.lock = timezone.now() + dt.timedelta(seconds=Conf.RETRY - taken)
    row.save()
    return row


def delivered(row: OrmQ) -> dict:
    """What a worker has in its hands."""
    return OrmQ.objects.get(pk=row.pk).task | {"ack_id": row.pk}


def is_free(row: OrmQ) -> bool:
    return OrmQ.objects.get(pk=row.pk).lock <= timezone.now()


@pytest.fixture
def another():
    """The connection of another worker."""
    other = connection.copy()
    with other.cursor() as cursor:
        yield cursor
    other.close()


@pytest.fixture(autouse=True)
def nothing_present():
    yield
    delivery._let_go()
    delivery._present.ack_id, delivery._present.is_mine, delivery._present.lost = None, True, False


@task
def echo(word: str) -> str:
    return word


def test_a_task_is_held_from_beginning_to_end_and_then_gone():
    row = queued(RUN, 1)
    given = delivered(row)
    pre_execute.send(sender="test", func=echo, task=given)
    assert [one.held for one in queue_read()] == [True]
    assert queue_read()[0].task[TRIES] == 1
    assert echo("hello") == "hello"
    post_execute_in_worker.send(sender="test", func=echo, task=given)
    assert queue_read() == []


def test_a_task_that_another_worker_holds_is_left_alone(another):
    row = queued(RUN, 1)
    another.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, row.pk])
    given = delivered(row)
    pre_execute.send(sender="test", func=echo, task=given)
    assert echo("hello") == ELSEWHERE
    post_execute_in_worker.send(sender="test", func=echo, task=given)
    assert (given["save"], "ack_id" in given) == (False, False)  # django-q2 neither takes it out nor tells of it
    assert OrmQ.objects.get().task[TRIES] == 0


@pytest.mark.parametrize("tries", [0, MOST_TRIES])
def test_a_task_that_is_done_or_spent_is_not_begun(tries):
    row = queued(RUN, 1, tries=tries)
    given = delivered(row)
    if not tries:
        row.delete()
    pre_execute.send(sender="test", func=echo, task=given)
    assert echo("hello") == ELSEWHERE


def test_a_task_whose_connection_broke_stays_in_the_queue():
    given = delivered(queued(RUN, 1))

    @task
    def breaks() -> None:
        connection.connection.close()
        FactorRun.objects.count()

    pre_execute.send(sender="test", func=breaks, task=given)
    with pytest.raises(Exception, match="closed"):
        breaks()
    connection.close()
    post_execute_in_worker.send(sender="test", func=breaks, task=given)
    assert [(one.held, one.task[TRIES]) for one in queue_read()] == [(False, 1)]
    assert "ack_id" not in given


def test_a_dead_job_with_a_task_waits_again():
    dead = job(message="old")
    row = queued(RUN, dead.pk, tries=1, taken=1)
    found = jobs_recover()
    dead.refresh_from_db()
    assert (dead.state, dead.message, found.requeued, is_free(row)) == (JobState.QUEUED, "", 1, True)


def test_a_dead_job_without_a_task_says_so_and_can_be_retried():
    dead = job()
    assert jobs_recover().ended == 1
    dead.refresh_from_db()
    assert (dead.state, dead.message) == (JobState.INTERRUPTED, ENDED)
    assert dead.finished_at is not None


def test_a_job_that_kills_its_processes_is_given_up():
    dead = job()
    queued(RUN, dead.pk, tries=MOST_TRIES, taken=1)
    waiting = job(JobState.QUEUED)
    queued(RUN, waiting.pk, tries=MOST_TRIES, taken=1)
    assert jobs_recover().ended == 2
    assert set(FactorRun.objects.values_list("state", "message")) == {(JobState.INTERRUPTED, SPENT)}
    assert not OrmQ.objects.exists()


def test_a_living_job_is_left_alone(another):
    alive = job()
    row = queued(RUN, alive.pk, tries=1, taken=1_000)
    another.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, row.pk])
    jobs_recover()  # its worker has the task, whatever its connection is about
    alive.refresh_from_db()
    assert (alive.state, is_free(row)) == (JobState.RUNNING, False)


def test_a_task_that_a_dead_cluster_took_along_is_free_again():
    ours, fresh, theirs = (
        queued("etfs.tasks.validate_all", taken=seconds)
        for seconds in (4 * settings.JOB_RECOVERY_SECONDS + 1, 0, 5 * settings.JOB_RECOVERY_SECONDS)
    )
    assert jobs_recover().freed == 2
    assert [is_free(row) for row in (ours, fresh, theirs)] == [True, False, True]


def test_a_task_without_a_row_that_kills_is_told_among_the_results():
    row = queued("etfs.tasks.validate_all", tries=MOST_TRIES, taken=1)
    assert jobs_recover().given_up == 1
    told = Task.objects.get()
    assert (told.id, told.success, told.result, OrmQ.objects.count()) == (row.task["id"], False, SPENT, 0)


def test_a_job_that_lost_its_task_gets_another_one():
    lost, young, timed = job(JobState.QUEUED), job(JobState.QUEUED), job(JobState.QUEUED)
    old = timezone.now() - dt.timedelta(seconds=8 * settings.JOB_RECOVERY_SECONDS + 1)
    FactorRun.objects.filter(pk__in=[lost.pk, timed.pk]).update(created_at=old)
    Schedule.objects.create(func=RUN, args=str((timed.pk,)), schedule_type="O")
    assert jobs_recover().given == 1
    assert [one.row_pk for one in queue_read()] == [lost.pk]
    assert (jobs_recover().given, young.state) == (0, JobState.QUEUED)


def test_a_task_whose_job_is_gone_says_so():
    with pytest.raises(FactorRun.DoesNotExist):
        run_factors(0)


def test_a_sweep_between_two_tasks_runs_on():
    sweep = BacktestSweep.objects.create(config={}, status=Status.RUNNING)
    row = queued("backtests.tasks.work_sweep", sweep.pk, tries=1, taken=1)
    jobs_recover()
    sweep.refresh_from_db()
    assert (sweep.status, is_free(row)) == (Status.RUNNING, True)
    row.delete()
    assert jobs_recover().ended == 1


@pytest.mark.parametrize("model", [FactorRun, BacktestSession])
def test_who_lost_a_job_cannot_end_it_for_the_next(model):
    """A process that was believed dead comes back while another one carries the job out."""
    columns = {} if model is FactorRun else {"currency": "KRW", "start": DAY, "end": DAY, "config": {}}
    row = model.objects.create(region="KR", **columns, **({"date": DAY} if model is FactorRun else {}))
    late = model.objects.get(pk=row.pk)
    late.begin()
    row.begin()
    late.stop("FAILED", "the connection is lost")
    row.refresh_from_db()
    assert "RUNNING" in (getattr(row, "state", ""), getattr(row, "status", ""))


def test_two_that_look_for_dead_jobs_at_once(another):
    dead = job()
    another.execute("SELECT pg_advisory_lock(7422, hashtext('jobs recovery'))")
    assert jobs_recover().ended == 0
    with run_lock("KR", DAY):
        dead.refresh_from_db()
        assert dead.state == JobState.RUNNING
