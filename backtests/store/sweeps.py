"""Variants of a sweep: claimed by one of many workers, and written back."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from backtests.models import BacktestSweep, BacktestVariant, Status
from market.jobs.locks import LOCK_CLASS


@dataclass(frozen=True)
class Worked:
    """What came out of a variant, ``pk`` its row."""

    pk: int
    status: Status
    error: str
    objective: float | None
    figures: dict[str, Any]
    seconds: float


@contextmanager
def shared_lock(name: str) -> Iterator[None]:
    """Hold the advisory lock ``name`` together with others who share it; who wants it alone sees that work goes on.

    The lock belongs to the connection: a killed process frees it.
    """
    key: tuple[int, str] = (LOCK_CLASS, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, hashtext(%s))", key)
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s, hashtext(%s))", key)


@contextmanager
def beside() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own: what is written over it in the middle of a transaction is seen by others at once, and
    its rows are free again.
    """
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()


def sweep_tell(over: BaseDatabaseWrapper, sweep_id: int, stage: str, progress: float) -> bool:
    """Write what a sweep is at and how far, percent; False when it does not run any more."""
    with over.cursor() as cursor:
        cursor.execute(
            f"UPDATE {BacktestSweep._meta.db_table} SET stage = %s, progress = %s WHERE id = %s AND status = %s",
            [stage[:60], progress, sweep_id, str(Status.RUNNING)],
        )
        return bool(cursor.rowcount)


def variants_claim(sweep_id: int, most: int) -> list[BacktestVariant]:
    """Up to ``most`` pending variants that nobody else has, by number: the caller's until its transaction ends."""
    free = BacktestVariant.objects.pending().filter(sweep_id=sweep_id).order_by("number")
    return list(free.select_for_update(skip_locked=True).only("pk", "number", "overrides")[:most])


def variants_write(rows: Sequence[Worked]) -> None:
    """Store what came out, in one statement. Part of the caller's transaction."""
    if not rows:
        return
    table = BacktestVariant._meta.db_table
    columns = (
        [row.pk for row in rows], [str(row.status) for row in rows], [row.error for row in rows],
        [row.objective for row in rows], [json.dumps(row.figures, allow_nan=False) for row in rows],
        [row.seconds for row in rows],
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET status = found.status, error = found.error, objective = found.objective,"
            " figures = found.figures::jsonb, seconds = found.seconds"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::float8[], %s::text[], %s::float8[])"
            " AS found (id, status, error, objective, figures, seconds)"
            f" WHERE {table}.id = found.id",
            columns,
        )
