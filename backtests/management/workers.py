"""Further processes of this machine at work on a sweep."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection


@contextmanager
def workers(sweep_id: int, count: int) -> Iterator[None]:
    """``count`` processes work on a sweep while the caller does; at the end they are waited for, or ended with it when
    it is left by an error. They use the database and the caches that this process uses.
    """
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
    """What a spawned process does; what is wrong with the sweep its row says, and the caller tells it."""
    settings.DATABASES["default"]["NAME"] = database
    settings.PANEL_CACHE_DIR = Path(caches)
    django.setup()
    call_command("sweep_backtests", work=sweep_id, stdout=StringIO(), stderr=StringIO())
