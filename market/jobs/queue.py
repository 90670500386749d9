"""The queue of the workers as it is now: what waits, what was handed out, what is being carried out."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ, Task

from market.jobs.delivery import LOCK_CLASS, MOST_TRIES, TRIES

LONGEST_NAME = 100  # of a result


@dataclass(frozen=True)
class Queued:
    """A task in the queue. ``claimed_at``: when a cluster took it (None: nobody has), ``held``: it is carried out."""

    pk: int
    task: dict[str, Any]
    claimed_at: dt.datetime | None
    held: bool

    @property
    def func(self) -> str:
        return str(self.task.get("func"))

    @property
    def row_pk(self) -> Any:
        """The key of the job's row that it carries out, if it is of a kind that has rows."""
        return next(iter(self.task.get("args", ())), None)

    @property
    def is_spent(self) -> bool:
        """Whether it has killed too many processes to be tried again."""
        return not self.held and self.task.get(TRIES, 0) >= MOST_TRIES

    def is_stuck(self, before: dt.datetime) -> bool:
        """Whether a cluster took it before that moment and nobody carries it out."""
        return not self.held and self.claimed_at is not None and self.claimed_at < before


def queue_read() -> list[Queued]:
    """Every task in the queue, the oldest first."""
    now, hidden = timezone.now(), dt.timedelta(seconds=Conf.RETRY)
    rows = list(OrmQ.objects.order_by("pk"))
    held = _held()  # after the rows: one that is begun meanwhile is held, and not taken for dead
    return [
        Queued(row.pk, row.task, row.lock - hidden if row.lock and row.lock > now else None, row.pk in held)
        for row in rows
    ]


def _held() -> set[int]:
    """Keys of the tasks that some worker holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_CLASS],
        )
        return {found for (found,) in cursor.fetchall()}


def tasks_release(tasks: Collection[Queued]) -> int:
    """Let any cluster have them, now."""
    return int(OrmQ.objects.filter(pk__in=[one.pk for one in tasks]).update(lock=timezone.now()))


def tasks_drop(tasks: Collection[Queued]) -> int:
    """Take them out of the queue; how many were there."""
    return int(OrmQ.objects.filter(pk__in=[one.pk for one in tasks]).delete()[0])


def task_fail(queued: Queued, reason: str) -> None:
    """Take a task out of the queue, its failure told among the results; nothing where it has come to its end since."""
    task = queued.task
    told = {name: task.get(name) for name in ("func", "hook", "args", "kwargs", "group", "started")}
    with transaction.atomic():
        if not tasks_drop([queued]):
            return
        Task.objects.update_or_create(
            id=task["id"],
            defaults=told | {
                "name": str(task["name"])[:LONGEST_NAME], "stopped": timezone.now(), "success": False,
                "result": reason, "attempt_count": task.get(TRIES, 0),
            },
        )  # fmt: skip
