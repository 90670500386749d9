"""One writer at a time per fund, and one run at a time per source and region."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

from etfs.models import CollectRun
from factors.store.locks import RunInProgress

FUND_LOCK = 7424
RUN_LOCK = 7425


def fund_lock(cursor: CursorWrapper, etf_id: int) -> None:
    """Wait until no other transaction writes this fund; held until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FUND_LOCK, etf_id])


@contextmanager
def run_lock(run: CollectRun) -> Iterator[None]:
    """Hold the run's lock while it goes on; the server lets go of it when the process dies. RunInProgress when another
    process holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUN_LOCK, run.pk])
        if not cursor.fetchone()[0]:
            raise RunInProgress(f"collection #{run.pk} is carried out by another process")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN_LOCK, run.pk])
