"""One run at a time per region and date, kept apart by advisory locks."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from factors.models import FactorRun

LOCK_CLASS = 7422


class RunInProgress(RuntimeError):
    """Another process computes the same region and date."""


@contextmanager
def run_lock(region: str, date: dt.date) -> Iterator[None]:
    """Hold the advisory lock of a region and date; RunInProgress when somebody else does.

    The lock belongs to the connection: a killed process frees it.
    """
    key: tuple[int, str] = (LOCK_CLASS, f"{region}:{date}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key)
        if not cursor.fetchone()[0]:
            raise RunInProgress(f"{region} {date} is being computed by another process; try again when it is done")
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
