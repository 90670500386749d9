"""One writer at a time per fund, one process per run, one collection at a time per source, region and kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import connection
from django.db.backends.utils import CursorWrapper

from etfs.models import CollectRun
from factors.store.locks import RunInProgress

FUND_LOCK = 7424
RUN_LOCK = 7425
COLLECT_LOCK = 7426


def fund_lock(cursor: CursorWrapper, etf_id: int) -> None:
    """Wait until no other transaction writes this fund; held until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FUND_LOCK, etf_id])


@contextmanager
def run_lock(run: CollectRun) -> Iterator[None]:
    """Hold the run's lock while it goes on; the server lets go of it when the process dies. RunInProgress when another
    process holds it."""
    with _held(RUN_LOCK, run.pk, f"collection #{run.pk} is carried out by another process"):
        yield


@contextmanager
def collect_lock(run: CollectRun) -> Iterator[None]:
    """Hold what a collection asks: two of the same would fetch everything twice, at twice the source's rate.
    RunInProgress when another process holds it."""
    asked = f"{run.source}:{run.region}:{run.kind}"
    busy = f"another collection asks {run.source} for {run.kind} of {run.region}; try again when it is done"
    with _held(COLLECT_LOCK, crc32(asked.encode()) - 2**31, busy):
        yield


@contextmanager
def _held(lock: int, number: int, busy: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [lock, number])
        if not cursor.fetchone()[0]:
            raise RunInProgress(busy)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lock, number])
