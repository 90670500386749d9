"""The life of a long job, the same for all of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from factors import store
from factors.models import Job, JobState
from market.jobs.locks import connection_lost


class JobError(ValueError):
    """A request that cannot be met; says which field is wrong and why."""


class NotQueued(JobError):
    """The job has been carried out, or is under way."""


@contextmanager
def carried_out(job: Job, starts: Sequence[JobState] = (JobState.QUEUED,)) -> Iterator[None]:
    """Carry ``job`` out inside, under its lock, if it is in one of the states ``starts``; otherwise ``NotQueued``.

    Whatever is raised inside ends it as FAILED with the reason (Ctrl-C: INTERRUPTED), and is raised again.
    ``store.RunInProgress`` when its lock is held: queued, it is cancelled with that reason.
    """
    store.interrupted_mark(type(job))
    try:
        with store.lock_of(job):
            job.refresh_from_db()  # another worker may have taken it since
            if job.state not in starts:
                raise NotQueued(f"{job._meta.verbose_name} #{job.pk} is {job.state}, not {JobState.QUEUED}")
            job.begin()
            try:
                yield
            except KeyboardInterrupt:
                job.stop(JobState.INTERRUPTED, "stopped by hand")
                raise
            except BaseException as error:
                if not connection_lost(error):  # what is left then is settled as that of a dead process
                    job.stop(JobState.FAILED, told(error))
                raise
    except store.RunInProgress as error:
        cancelled = type(job)._default_manager.filter(pk=job.pk, state=JobState.QUEUED)
        cancelled.update(state=JobState.CANCELLED, message=str(error))
        raise


def told(error: BaseException) -> str:
    """Why, as a person reads it."""
    return str(error) if isinstance(error, JobError) else f"{type(error).__name__}: {error}"


def jobs_tidy() -> dict[str, int]:
    """Mark the jobs whose process ended without a word; by kind, how many are interrupted now."""
    kinds = store.job_kinds()
    for kind in kinds:
        store.interrupted_mark(kind)
    return {
        str(kind._meta.verbose_name): kind._default_manager.filter(state=JobState.INTERRUPTED).count() for kind in kinds
    }
