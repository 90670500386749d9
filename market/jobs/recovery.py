"""What dead processes left behind: told, and taken up again where that is sound (docs/jobs.md).

A job is dead when its row says that it runs and nobody holds its lock. Its task is in the queue still, unless it was
started in a terminal: then it waits again, and goes to the next worker. What has killed MOST_TRIES processes, and what
no worker would come for, ends with the reason.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from market.jobs.delivery import MOST_TRIES
from market.jobs.locks import RunInProgress, advisory_lock
from market.jobs.queue import Queued, queue_read, task_fail, tasks_drop, tasks_release
from market.jobs.queueing import queued_again, task_put
from market.jobs.registry import kinds
from market.jobs.rows import RowKind

ENDED = "its process ended before it"
SPENT = f"{ENDED}, {MOST_TRIES} times: not tried again"
STUCK, LOST = 4, 8  # rounds of recovery after which a task nobody carries out, a job without a task, is believed in


@dataclass
class Recovered:
    """How many jobs were queued again, ended as dead, given a task anew; how many tasks were freed, given up."""

    requeued: int = 0
    ended: int = 0
    given: int = 0
    freed: int = 0
    given_up: int = 0


def jobs_recover() -> Recovered:
    """Settle what dead processes of all machines left; nothing where another process is at it just now."""
    found = Recovered()
    try:
        with advisory_lock("jobs recovery", ""):
            of_rows, tasks = [kind for kind in kinds() if isinstance(kind, RowKind)], queue_read()
            for kind in of_rows:
                _recover(kind, [one for one in tasks if one.func == kind.task], found)
            found.given += sum(kind.recover() for kind in kinds())
            _free(tasks, [kind.task for kind in of_rows], found)
    except RunInProgress:
        return found
    return found


def dead_settle(kind: RowKind) -> int:
    """Settle the dead jobs of one kind; how many were ended."""
    found = Recovered()
    if _running(kind).exists():
        _settle(kind, [one for one in queue_read() if one.func == kind.task], found)
    return found.ended


def _recover(kind: RowKind, tasks: Sequence[Queued], found: Recovered) -> None:
    _settle(kind, tasks, found)
    waiting = kind.model._default_manager.filter(**{kind.state: kind.queued})
    for row in waiting:
        _keep_waiting(kind, row, [one for one in tasks if one.row_pk == row.pk], found)


def _settle(kind: RowKind, tasks: Sequence[Queued], found: Recovered) -> None:
    for row in _running(kind):
        try:
            with kind.lock(row), transaction.atomic():
                if _running(kind).select_for_update(of=("self",)).filter(pk=row.pk).exists():
                    _settle_dead(kind, row, [one for one in tasks if one.row_pk == row.pk], found)
        except RunInProgress:
            continue


def _settle_dead(kind: RowKind, row: Any, tasks: Sequence[Queued], found: Recovered) -> None:
    """A running row whose lock nobody held a moment ago; it is ours now."""
    if any(one.held for one in tasks):
        return  # a worker that has just begun, or is about to end
    left = [one for one in tasks if not one.is_spent]
    if left:
        if not kind.is_shared:
            queued_again(kind, row)
            found.requeued += 1
        tasks_release([one for one in left if one.claimed_at])
        return
    found.ended += _end(kind, row, SPENT if tasks else ENDED)
    tasks_drop(tasks)


def _keep_waiting(kind: RowKind, row: Any, tasks: Sequence[Queued], found: Recovered) -> None:
    """A job that waits has a task that will come."""
    if tasks and all(one.is_spent for one in tasks):
        found.ended += _end(kind, row, SPENT)
        tasks_drop(tasks)
    elif not tasks and row.created_at < _ago(LOST) and not _is_scheduled(kind, row):
        task_put(kind, row)
        found.given += 1


def _free(tasks: Sequence[Queued], of_rows: Sequence[str], found: Recovered) -> None:
    """Tasks that a cluster took along when it died, of whatever kind."""
    found.freed += tasks_release([one for one in tasks if one.is_stuck(_ago(STUCK)) and not one.is_spent])
    for one in tasks:
        if one.is_spent and one.func not in of_rows and "id" in one.task and "started" in one.task:
            task_fail(one, SPENT)
            found.given_up += 1


def _end(kind: RowKind, row: Any, reason: str) -> int:
    going = kind.model._default_manager.filter(pk=row.pk, **{f"{kind.state}__in": [kind.queued, kind.running]})
    told = {kind.state: kind.dead, kind.reason: reason, "finished_at": timezone.now()}
    return int(going.update(**told))


def _running(kind: RowKind) -> Any:
    return kind.model._default_manager.filter(**{kind.state: kind.running})


def _is_scheduled(kind: RowKind, row: Any) -> bool:
    """Whether its task comes at a set time, as that of a collection whose source is busy."""
    return Schedule.objects.filter(func=kind.task, args=str((row.pk,))).exists()


def _ago(rounds: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(seconds=rounds * settings.JOB_RECOVERY_SECONDS)
