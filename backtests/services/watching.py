"""A job at work: its lock, its row kept true, its cancelling noticed."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from backtests.models import BacktestJob, BacktestSession, BacktestSweep, Status
from backtests.services.errors import BacktestBusy, BacktestError, Cancelled
from backtests.services.running import Progress, silent
from factors import store
from factors.services import JobError, NotQueued
from market.jobs.locks import connection_lost
from market.jobs.recovery import dead_settle
from market.jobs.rows import kind_of

EVERY = 0.3  # seconds between two looks at the row


class Watch:
    """The progress of a backtest: written to its row, told to whoever watches; Cancelled when somebody wants it to end.

    ``stages``: from which percent to which each stage takes the whole job; one that is not named takes all of it.
    """

    def __init__(
        self, job: BacktestJob, progress: Progress = silent, stages: Mapping[str, tuple[float, float]] | None = None
    ) -> None:
        self.job, self.progress, self.looked = job, progress, 0.0
        self.stages = stages or {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.progress(stage, done, total)
        now = time.monotonic()
        if now - self.looked >= EVERY:
            self.looked = now
            first, last = self.stages.get(stage, (0.0, 100.0))
            told = f"{stage}: {done:,} of {total:,} sessions" if total > 1 else stage
            self._write(told, first + (last - first) * done / total if total else first)

    def _write(self, stage: str, percent: float) -> None:
        running = type(self.job)._default_manager.filter(pk=self.job.pk, status=Status.RUNNING)
        if not running.update(stage=stage[:60], progress=percent):
            raise Cancelled


def lock_name(job: BacktestJob) -> str:
    return f"{job._meta.model_name}:{job.pk}"


def job_lock(job: BacktestJob) -> AbstractContextManager[None]:
    """What the process that carries a job out holds; RunInProgress when another one does."""
    return store.advisory_lock(lock_name(job), f"{job} is carried out by another process")


@contextmanager
def carried_out(job: BacktestJob) -> Iterator[None]:
    """Carry ``job`` out inside, under its lock, if it is pending; ``NotQueued`` otherwise.

    Whatever is raised inside ends it as FAILED with the reason, and is raised again; Cancelled ends it quietly.
    BacktestBusy when another process has it.
    """
    tidy(type(job))
    try:
        with job_lock(job):
            job.refresh_from_db()
            if job.status != Status.PENDING:
                raise NotQueued(f"{job._meta.verbose_name} #{job.pk} is {job.status}, not {Status.PENDING}")
            job.begin()
            try:
                yield
            except Cancelled:
                job.stop(Status.CANCELLED)
            except KeyboardInterrupt:
                job.stop(Status.CANCELLED, "stopped by hand")
                raise
            except BaseException as error:
                if not connection_lost(error):  # what is left then is settled as that of a dead process
                    job.stop(Status.FAILED, told(error))
                raise
    except store.RunInProgress as error:
        raise BacktestBusy(str(error)) from error
    if type(job)._default_manager.filter(pk=job.pk).exists():  # somebody may have deleted it since
        job.refresh_from_db()


def told(error: BaseException) -> str:
    """Why, as a person reads it."""
    return str(error) if isinstance(error, JobError | BacktestError) else f"{type(error).__name__}: {error}"


def tidy(kind: type[BacktestJob]) -> int:
    """Settle jobs that say they run although nobody holds their lock: their process ended without a word; how many were
    ended. A sweep between two tasks is left alone: the next one takes it up.
    """
    return dead_settle(kind_of(kind))


def backtests_tidy() -> dict[str, int]:
    """``tidy`` of backtests and sweeps; by kind, how many were ended."""
    return {kind._meta.model_name or "": tidy(kind) for kind in (BacktestSession, BacktestSweep)}
