"""The jobs of all kinds as one list, newest first; one taken up again, one cancelled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

from market.jobs.registry import Kind, kind_get, kinds
from market.jobs.rows import number_of
from market.jobs.states import Ask, Job, JobNotFound, JobProblem, Place, State

PAGE = 50
LARGEST_PAGE = 500


@dataclass(frozen=True)
class JobPage:
    """``after``: where the next page begins; None: this is the last."""

    jobs: Sequence[Job]
    after: Place | None


def jobs_list(
    *, user: Any, kind: str = "", state: State | None = None, owner: str = "", after: Place | None = None,
    size: int = PAGE, without: Sequence[str] = (),
) -> JobPage:  # fmt: skip
    """A page of the jobs ``user`` may see: their own, and those of kinds whose rows they have the permission to view.

    A constant number of queries for each kind, each reading at most ``size`` rows and one more. JobProblem for an
    unknown kind or a size out of range. ``without``: kinds that are left out.
    """
    if not 1 <= size <= LARGEST_PAGE:
        raise JobProblem(f"size: must be from 1 to {LARGEST_PAGE}, not {size}")
    ask = Ask(state=state, owner=owner, after=after, limit=size + 1)
    found = [job for one in _wanted(kind) if one.name not in without for job in one.read(user, ask)]
    found.sort(key=lambda job: (job.kind, _descending(job.pk)))
    found.sort(key=lambda job: job.queued_at, reverse=True)  # stable: of one moment by kind, then newest key
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return JobPage(shown, Place(last.queued_at, last.kind, last.pk) if last else None)


def job_get(*, user: Any, kind: str, pk: str) -> Job:
    """One job; JobNotFound where there is none, or not for this user."""
    known = kind_get(kind)
    found = known.get(user, pk) if known else None
    if found is None:
        raise JobNotFound(f"no job {kind}/{pk}")
    return found


def job_retry(*, user: Any, kind: str, pk: str) -> Job:
    """Queue a job that failed, died or was cancelled again; it goes on where it stopped if its kind can.

    JobNotFound; PermissionDenied; JobProblem when its state does not allow it.
    """
    found = job_get(user=user, kind=kind, pk=pk)
    if not found.can_retry:
        raise _refusal(found, "only jobs that stopped are taken up again")
    return job_get(user=user, kind=kind, pk=_done(_kind(kind).retry, user, pk) or pk)


def job_cancel(*, user: Any, kind: str, pk: str) -> Job:
    """Cancel a job that waits or, where its kind can stop, runs; errors as ``job_retry``."""
    found = job_get(user=user, kind=kind, pk=pk)
    if not found.can_cancel:
        raise _refusal(found, "there is nothing that could be cancelled")
    _done(_kind(kind).cancel, user, pk)
    return job_get(user=user, kind=kind, pk=pk)


def _done(change: Callable[[Any, str], str | None], user: Any, pk: str) -> str | None:
    """What the services of an app refuse, each with an error of its own, is told as a JobProblem."""
    try:
        return change(user, pk)
    except JobProblem:
        raise
    except ValueError as error:
        raise JobProblem(str(error)) from error


def _refusal(job: Job, why: str) -> Exception:
    if not job.may_change:
        return PermissionDenied(f"job {job.key} is not yours to change")
    return JobProblem(f"job {job.key} is {job.told}: {why}")


def _wanted(name: str) -> Sequence[Kind]:
    return [_kind(name)] if name else kinds()


def _kind(name: str) -> Kind:
    found = kind_get(name)
    if found is None:
        raise JobProblem(f"kind: no kind of jobs called {name!r}; known are {', '.join(one.name for one in kinds())}")
    return found


def _descending(pk: str) -> tuple[int, str]:
    """Keys of rows are numbers, descending; others in the order of their text."""
    number = number_of(pk)
    return (-number, "") if number >= 0 else (0, pk)
