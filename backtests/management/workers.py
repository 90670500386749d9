"""Further processes of this machine at work on a sweep."""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def workers(sweep_id: int, count: int) -> Iterator[None]:
    """``count`` processes work on a sweep while the caller does; at the end they are waited for, or ended with it when
    it is left by an error. They use the database and the caches that this process uses.
    """
    from django.conf import settings  # noqa: PLC0415 - a new process imports this module before Django is set up
    from django.db import connection  # noqa: PLC0415

    name, caches = str(connection.settings_dict["NAME"]), str(settings.PANEL_CACHE_DIR)
    spawned = multiprocessing.get_context("spawn")
    started = [spawned.Process(target=_work, args=(sweep_id, name, caches), daemon=True) for _ in range(count)]
    for process in started:
        process.start()
    try:
        yield
    except BaseException:
        for process in started:
            process.terminate()
        raise
    finally:
        for process in started:
            process.join()


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _work(sweep_id: int, database: str, caches: str) -> None:
    """What a spawned process does."""
    import django  # noqa: PLC0415 - here begins the process
    from django.conf import settings  # noqa: PLC0415

    settings.DATABASES["default"]["NAME"] = database
    settings.PANEL_CACHE_DIR = type(settings.PANEL_CACHE_DIR)(caches)
    django.setup()
    from backtests.services import sweep_work  # noqa: PLC0415 - after the set-up
    from factors.services import JobError  # noqa: PLC0415

    try:
        sweep_work(sweep_id=sweep_id)
    except JobError:
        sys.exit(1)  # the row says why, and the caller tells it
    except KeyboardInterrupt:
        sys.exit(130)
