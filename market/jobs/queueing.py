"""Rows of jobs and their tasks in the queue of the background workers."""

from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from market.jobs.locks import RunInProgress
from market.jobs.rows import STOPPED, RowKind
from market.jobs.states import JobNotFound, JobProblem

LONGEST_NAME = 100


def task_put(kind: RowKind, row: Any) -> None:
    """One more task that carries ``row`` out."""
    async_task(kind.task, row.pk, task_name=f"{kind.title.lower()} {row}"[:LONGEST_NAME])


def job_requeue(kind: RowKind, pk: int) -> None:
    """Make a job that stopped a queued one, with its task, in one transaction.

    JobProblem for others, and while the process that was told to stop has not noticed.
    """
    with transaction.atomic():
        row = kind.model._default_manager.select_for_update().filter(pk=pk).first()
        if row is None:
            raise JobNotFound(f"no job {kind.name}/{pk}")
        told = getattr(row, kind.state)
        if kind.states[told] not in STOPPED:
            raise JobProblem(f"{kind.title} #{pk} is {told}: only jobs that stopped are taken up again")
        try:
            with kind.lock(row):
                queued_again(kind, row)
        except RunInProgress as error:
            raise JobProblem(f"{kind.title} #{pk} cannot be taken up yet: {error}") from error
        task_put(kind, row)


def queued_again(kind: RowKind, row: Any) -> None:
    """The row waits again. Part of the caller's transaction, its lock held."""
    fresh = {kind.state: kind.queued, kind.reason: "", "finished_at": None, **kind.blank}
    kind.model._default_manager.filter(pk=row.pk).update(**fresh)


def queued_cancel(kind: RowKind, pk: int) -> bool:
    """Cancel a job that waits; False when it does not."""
    waiting = kind.model._default_manager.filter(pk=pk, **{kind.state: kind.queued})
    return bool(waiting.update(**{kind.state: "CANCELLED", kind.reason: "cancelled"}))
