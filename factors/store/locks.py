"""One run at a time per region and date, and per strategy, kept apart by advisory locks."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from factors.models import CombineRun, FactorAnalysis, FactorBackfill, FactorRun, Job
from market.jobs.locks import advisory_lock
from market.jobs.recovery import dead_settle
from market.jobs.rows import kind_of


@contextmanager
def run_lock(region: str, *dates: dt.date, wait: float = 0.0) -> Iterator[None]:
    """Hold the advisory locks of a region and dates; RunInProgress when somebody else holds one of them for longer
    than ``wait`` seconds.

    The locks belong to the connection: a killed process frees them.
    """
    deadline = time.monotonic() + wait
    with ExitStack() as locks:
        for date in dates:
            busy = f"{region} {date} is being computed by another process; try again when it is done"
            locks.enter_context(advisory_lock(f"{region}:{date}", busy, deadline))
        yield


@contextmanager
def backfill_lock(region: str) -> Iterator[None]:
    """Hold the advisory lock of a region's backfills; RunInProgress when somebody else does."""
    with advisory_lock(
        f"backfill:{region}", f"another process fills in the history of {region}; try again when it is done"
    ):
        yield


@contextmanager
def strategy_lock(strategy_id: int) -> Iterator[None]:
    """Hold the advisory lock of a strategy; RunInProgress when somebody else does."""
    with advisory_lock(
        f"strategy:{strategy_id}", "the strategy is being combined by another process; try again when it is done"
    ):
        yield


@contextmanager
def analysis_lock(analysis_id: int) -> Iterator[None]:
    """Hold the advisory lock of an analysis; RunInProgress when somebody else does."""
    with advisory_lock(f"analysis:{analysis_id}", f"analysis #{analysis_id} is being carried out by another process"):
        yield


def lock_of(job: Job) -> AbstractContextManager[None]:
    """The lock a job holds while it runs."""
    return _LOCKS[type(job)](job)


def lock_register(kind: type[Job], lock: Callable[[Any], AbstractContextManager[None]]) -> None:
    """Let an app above say which lock its jobs hold; ValueError when the kind has one already."""
    if kind in _LOCKS:
        raise ValueError(f"{kind.__name__} has a lock already")
    _LOCKS[kind] = lock


def job_kinds() -> list[type[Job]]:
    """All kinds of jobs, those of apps above too."""
    return list(_LOCKS)


def interrupted_mark(kind: type[Job]) -> None:
    """Settle jobs that say they run although nobody holds their lock: their process ended without a word."""
    dead_settle(kind_of(kind))


_LOCKS: dict[type[Job], Callable[[Any], AbstractContextManager[None]]] = {
    FactorRun: lambda run: run_lock(run.region, run.date),
    FactorBackfill: lambda job: backfill_lock(job.region),
    CombineRun: lambda run: strategy_lock(run.strategy_id),
    FactorAnalysis: lambda analysis: analysis_lock(analysis.pk),
}
