"""Tasks of the background workers that have no row of their own: what schedules start each night."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

from market.jobs.registry import kinds, register
from market.jobs.rows import RowKind, beyond
from market.jobs.states import Ask, Job, JobProblem, Place, State

WAITING_SHOWN = 200  # of those that wait; the queue is read no further
LONGEST_REASON = 2_000
LINK = "job-detail"


class BackgroundTasks:
    """Waiting tasks from the queue, finished ones from the results; the newest results are kept, older ones go."""

    name, title = "task", gettext_noop("Background task")

    def read(self, user: Any, ask: Ask) -> Sequence[Job]:
        if ask.owner or not user.has_perm("django_q.view_task"):
            return []
        found = [] if ask.state in (State.DONE, State.FAILED) else self._waiting(user, ask)
        if ask.state in (None, State.DONE, State.FAILED):
            found += self._ended(user, ask)
        found.sort(key=lambda job: job.pk)
        found.sort(key=lambda job: job.queued_at, reverse=True)
        return found[: ask.limit]

    def get(self, user: Any, pk: str) -> Job | None:
        if not user.has_perm("django_q.view_task"):
            return None
        row = self._results().filter(pk=pk).first()
        if row is not None:
            return self._of_result(row, user)
        return next((job for job in self._waiting(user, Ask()) if job.pk == pk), None)

    def retry(self, user: Any, pk: str) -> str:
        with transaction.atomic():
            row = self._results().select_for_update().get(pk=pk)
            waits = async_task(row.func, *(row.args or ()), **(row.kwargs or {}), task_name=row.name)
            row.delete()
        return str(waits)

    def cancel(self, user: Any, pk: str) -> None:
        raise JobProblem("a background task cannot be called off")

    def recover(self) -> int:
        return 0  # a task is the job itself

    def _waiting(self, user: Any, ask: Ask) -> list[Job]:
        of_rows, now = _tasks_of_rows(), timezone.now()
        shown = [row for row in OrmQ.objects.order_by("-pk")[:WAITING_SHOWN] if row.task.get("func") not in of_rows]
        jobs = [self._of_queue(row, now) for row in shown if "started" in row.task]
        return [
            job for job in jobs if ask.state in (None, job.state) and (not ask.after or _lies_beyond(job, ask.after))
        ]

    def _ended(self, user: Any, ask: Ask) -> list[Job]:
        rows = self._results()
        if ask.state is not None:
            rows = rows.filter(success=ask.state is State.DONE)
        if ask.after is not None:
            rows = rows.filter(beyond(self.name, ask.after, "started", Q(pk__gt=ask.after.pk)))
        return [self._of_result(row, user) for row in rows.order_by("-started", "pk")[: ask.limit]]

    def _results(self) -> QuerySet[Task]:
        return Task.objects.exclude(func__in=_tasks_of_rows())

    def _of_queue(self, row: OrmQ, now: dt.datetime) -> Job:
        task = row.task
        state = State.RUNNING if row.lock and row.lock > now else State.QUEUED
        return _job(str(task["id"]), str(task["name"]), state, str(task["func"]), task["started"], may=False)

    def _of_result(self, row: Task, user: Any) -> Job:
        state = State.DONE if row.success else State.FAILED
        may = user.has_perm("django_q.add_task")
        reason = "" if row.success else str(row.result)[:LONGEST_REASON]
        return _job(row.pk, row.name, state, row.func, row.started, may=may, reason=reason, ended=row.stopped)


def _job(
    pk: str, name: str, state: State, func: str, queued_at: dt.datetime, *, may: bool, reason: str = "",
    ended: dt.datetime | None = None,
) -> Job:  # fmt: skip
    return Job(
        kind=BackgroundTasks.name, kind_title=BackgroundTasks.title, pk=pk, title=f"{func} ({name})", state=state,
        told=str(state), reason=reason, progress=None, owner="", queued_at=queued_at, started_at=None,
        finished_at=ended, link=LINK, args=(BackgroundTasks.name, pk), may_change=may,
        can_retry=may and state is State.FAILED, can_cancel=False,
    )  # fmt: skip


def _lies_beyond(job: Job, place: Place) -> bool:
    of_place = (-place.queued_at.timestamp(), place.kind, place.pk)
    return (-job.queued_at.timestamp(), job.kind, job.pk) > of_place


def _tasks_of_rows() -> list[str]:
    """Functions whose tasks are shown by their rows."""
    return [kind.task for kind in kinds() if isinstance(kind, RowKind)]


def fill() -> None:
    """Register the kind."""
    register(BackgroundTasks())
