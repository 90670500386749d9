"""What the kinds of jobs have in common, whatever their rows call it."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_noop


class State(models.TextChoices):
    """The states of a job as the list of jobs tells them."""

    QUEUED = "QUEUED", gettext_noop("Queued")
    RUNNING = "RUNNING", gettext_noop("Running")
    DONE = "DONE", gettext_noop("Done")
    FAILED = "FAILED", gettext_noop("Failed")
    CANCELLED = "CANCELLED", gettext_noop("Cancelled")
    DEAD = "DEAD", gettext_noop("Dead: its process ended before it")


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total``, counted in ``unit``; ``stage``: what it is at."""

    done: float
    total: float
    unit: str = ""
    stage: str = ""

    @property
    def percent(self) -> float:
        return 100.0 * self.done / self.total if self.total else 0.0


@dataclass(frozen=True)
class Job:
    """One job as a list shows it. ``link`` and ``args``: the name and arguments of its own page."""

    kind: str
    kind_title: str
    pk: str
    title: str
    state: State
    told: str  # the state in the words of its own row
    reason: str
    progress: Progress | None
    owner: str
    queued_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    link: str
    args: tuple[str | int, ...]
    may_change: bool  # whether who asks may retry and cancel it at all
    can_retry: bool
    can_cancel: bool

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.pk}"


@dataclass(frozen=True)
class Place:
    """Where a page of the list begins: after this job."""

    queued_at: dt.datetime
    kind: str
    pk: str


@dataclass(frozen=True)
class Ask:
    """What is wanted of a kind: ``None`` and '' leave open, ``owner`` a username."""

    state: State | None = None
    owner: str = ""
    after: Place | None = None
    limit: int = 50


class JobProblem(ValueError):
    """What is asked of a job cannot be done as it is now; says why."""


class JobNotFound(JobProblem):
    """There is no such job, or not for this user."""
