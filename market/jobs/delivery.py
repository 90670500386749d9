"""Which worker has a task: it holds an advisory lock over a connection of its own from the first moment to the last.

django-q2 hands a task out and hides it for ``retry`` seconds, whatever becomes of the worker. With the lock everybody
sees at once whether a task that was handed out is being carried out. A task that was handed out twice is carried out
once: the second worker does not get the lock, or finds that the task is gone from the queue, and leaves it.
"""

import datetime as dt
import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.db import Error, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.signing import SignedPackage

from market.jobs.locks import connection_lost

LOCK_CLASS = 7430  # the second key is that of the task in the queue
MOST_TRIES = 3  # deaths of processes that one task may cause
TRIES = "tries"  # in the task: how often it was begun
ELSEWHERE = "carried out by another process"
P = ParamSpec("P")
R = TypeVar("R")
logger = logging.getLogger(__name__)


@dataclass
class _Present:
    """The task this process carries out. ``lost``: its connection broke, so it has to be carried out again."""

    ack_id: int | None = None
    is_mine: bool = True
    lost: bool = False


_present = _Present()
_beside: list[BaseDatabaseWrapper] = []  # the connection that holds the lock; at most one


def task(carry_out: Callable[P, R]) -> Callable[P, R | str]:
    """A task of the background workers: left alone where another process has it."""

    @functools.wraps(carry_out)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R | str:
        if not _present.is_mine:
            return ELSEWHERE
        try:
            return carry_out(*args, **kwargs)
        except Error as error:
            _present.lost = connection_lost(error)
            raise

    return carried_out


def connect() -> None:
    """Have the workers of this process follow the rules; a second call changes nothing."""
    pre_execute.connect(_begin, dispatch_uid="market.jobs.begin")
    post_execute_in_worker.connect(_end, dispatch_uid="market.jobs.end")


def _begin(task: dict[str, Any], **kwargs: Any) -> None:
    """Take the task, or have the worker pass it by and leave its row in the queue."""
    ack_id = task.get("ack_id")
    _present.ack_id = ack_id if Conf.ORM else None
    _present.is_mine, _present.lost = True, False
    if _present.ack_id is None:
        return
    try:
        _present.is_mine = _taken(_present.ack_id)
    except Error:
        logger.warning("task %s: the database did not answer, it stays in the queue", task.get("name"), exc_info=True)
        _present.is_mine = False
    if not _present.is_mine:
        _forget(task)
        task["save"] = False


def _taken(ack_id: int) -> bool:
    with _holder().cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, ack_id])
        if not cursor.fetchone()[0]:
            return False
    with transaction.atomic():
        row = OrmQ.objects.select_for_update().filter(pk=ack_id).first()
        if row is not None and (tries := row.task.get(TRIES, 0)) < MOST_TRIES:
            row.payload = SignedPackage.dumps(row.task | {TRIES: tries + 1})
            row.lock = timezone.now() + dt.timedelta(seconds=Conf.RETRY)
            row.save(update_fields=["payload", "lock"])
            return True
    _let_go()
    return False


def _end(task: dict[str, Any], **kwargs: Any) -> None:
    """What is done leaves the queue before the lock is let go: nobody can find it there unheld."""
    if _present.ack_id is None or not _present.is_mine:
        return
    try:
        if _present.lost:
            _forget(task)
        else:
            OrmQ.objects.filter(pk=_present.ack_id).delete()
    except Error:
        logger.warning("task %s: done, but its row stays in the queue", task.get("name"), exc_info=True)
    finally:
        _let_go()
        _present.ack_id = None


def _forget(task: dict[str, Any]) -> None:
    """django-q2 takes a row out of the queue by this key."""
    task.pop("ack_id", None)


def _holder() -> BaseDatabaseWrapper:
    if _beside and not _beside[0].is_usable():
        _let_go()
    if not _beside:
        _beside.append(connection.copy())
        _beside[0].connect()
    return _beside[0]


def _let_go() -> None:
    while _beside:
        _beside.pop().close()
