"""One writer at a time per fund, one process per run, one collection at a time per source."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import connection
from django.db.backends.utils import CursorWrapper

from etfs.models import CollectRun
from market.jobs.locks import RunInProgress

FUND_LOCK = 7424
RUN_LOCK = 7425
COLLECT_LOCK = 7426


class SourceBusy(RunInProgress):
    """Another collection asks the source."""


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
    """Hold the source of a collection, whatever is asked of it: its rate is kept by the threads of one process, two
    processes together would break it. SourceBusy when another process holds it."""
    busy = f"another collection asks {run.source}; try again when it is done"
    with _held(COLLECT_LOCK, crc32(run.source.encode()) - 2**31, busy, SourceBusy):
        yield


@contextmanager
def _held(lock: int, number: int, busy: str, problem: type[RunInProgress] = RunInProgress) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [lock, number])
        if not cursor.fetchone()[0]:
            raise problem(busy)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lock, number])
