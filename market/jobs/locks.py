"""Advisory locks: whoever carries something out holds one, and a process that dies lets go of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

LOCK_CLASS = 7422
POLL = 0.5  # seconds between two looks at a lock that is waited for


class RunInProgress(RuntimeError):
    """Another process is at it."""


@contextmanager
def advisory_lock(name: str, busy: str, deadline: float = 0.0) -> Iterator[None]:
    """Hold the advisory lock ``name``; RunInProgress, which says ``busy``, when somebody else still has it at
    ``deadline`` (of ``time.monotonic``).

    It belongs to the connection: the server frees it when that ends, however it ends. A connection that was lost
    inside is not asked to let go, so the error that told it is the one that is raised.
    """
    key: tuple[int, str] = (LOCK_CLASS, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key)
        while not cursor.fetchone()[0]:
            if time.monotonic() >= deadline:
                raise RunInProgress(busy)
            time.sleep(POLL)
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key)
    holder = connection.connection
    try:
        yield
    finally:
        if connection.connection is holder and holder is not None and not holder.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", key)


def connection_lost(error: BaseException) -> bool:
    """Whether ``error`` tells of a connection that broke: its locks are gone, and others may be at the same work."""
    broken = connection.connection is None or connection.connection.closed
    return broken and isinstance(error, OperationalError | InterfaceError)
