"""One run at a time per region and date, and per strategy, kept apart by advisory locks."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connection
from django.utils import timezone

from factors.models import CombineRun, FactorBackfill, FactorRun, JobState

LOCK_CLASS = 7422


class RunInProgress(RuntimeError):
    """Another process computes the same region and date, or strategy."""


@contextmanager
def run_lock(region: str, *dates: dt.date) -> Iterator[None]:
    """Hold the advisory locks of a region and dates; RunInProgress when somebody else holds one of them.

    The locks belong to the connection: a killed process frees them.
    """
    with ExitStack() as locks:
        for date in dates:
            busy = f"{region} {date} is being computed by another process; try again when it is done"
            locks.enter_context(_held(f"{region}:{date}", busy))
        yield


@contextmanager
def backfill_lock(region: str) -> Iterator[None]:
    """Hold the advisory lock of a region's backfills; RunInProgress when somebody else does."""
    with _held(f"backfill:{region}", f"another process fills in the history of {region}; try again when it is done"):
        yield


@contextmanager
def strategy_lock(strategy_id: int) -> Iterator[None]:
    """Hold the advisory lock of a strategy; RunInProgress when somebody else does."""
    with _held(
        f"strategy:{strategy_id}", "the strategy is being combined by another process; try again when it is done"
    ):
        yield


@contextmanager
def _held(name: str, busy: str) -> Iterator[None]:
    key: tuple[int, str] = (LOCK_CLASS, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key)
        if not cursor.fetchone()[0]:
            raise RunInProgress(busy)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)


def interrupted_mark() -> None:
    """Mark runs that say they run although nobody holds their lock: their process ended without a word."""
    for run in FactorRun.objects.filter(state=FactorRun.State.RUNNING):
        try:
            with run_lock(run.region, run.date):
                FactorRun.objects.filter(pk=run.pk, state=FactorRun.State.RUNNING).update(
                    state=FactorRun.State.INTERRUPTED, finished_at=timezone.now(), message="its process ended before it"
                )
        except RunInProgress:
            continue


def backfills_interrupted_mark() -> None:
    """As ``interrupted_mark``, of backfills: one that runs holds the lock of its region's backfills."""
    for job in FactorBackfill.objects.filter(state=JobState.RUNNING):
        try:
            with backfill_lock(job.region):
                FactorBackfill.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
                    state=JobState.INTERRUPTED, finished_at=timezone.now(), message="its process ended before it"
                )
        except RunInProgress:
            continue


def combines_interrupted_mark() -> None:
    """As ``interrupted_mark``, of combinations."""
    for run in CombineRun.objects.filter(state=JobState.RUNNING):
        try:
            with strategy_lock(run.strategy_id):
                CombineRun.objects.filter(pk=run.pk, state=JobState.RUNNING).update(
                    state=JobState.INTERRUPTED, finished_at=timezone.now(), message="its process ended before it"
                )
        except RunInProgress:
            continue
