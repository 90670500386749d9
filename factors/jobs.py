"""The kinds of jobs of this app, for the list of all jobs and for taking them up again."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from factors import store
from factors.models import CombineRun, FactorAnalysis, FactorBackfill, FactorRun, Job
from factors.models.runs import OF_BACKFILL
from factors.services.combine import combine_run_cancel, combine_run_resume
from factors.services.history import backfill_cancel
from market.jobs.queueing import job_requeue, queued_cancel
from market.jobs.registry import register
from market.jobs.rows import RowKind
from market.jobs.states import Progress, State

STATES = {
    "QUEUED": State.QUEUED, "RUNNING": State.RUNNING, "DONE": State.DONE, "PARTLY": State.DONE,
    "FAILED": State.FAILED, "INTERRUPTED": State.DEAD, "CANCELLED": State.CANCELLED,
}  # fmt: skip # of factors.models.JobState


def job_kind(name: str, title: str, model: type[Job], task: str, link: str, **more: Any) -> RowKind:
    """A kind whose rows are ``factors.models.Job``; retried as the same row, where nothing else is said."""
    usual: dict[str, Any] = {
        "again": lambda pk: job_requeue(found, pk), "stop": lambda pk: queued_cancel(found, pk),
    }  # fmt: skip
    found: RowKind = RowKind(
        name=name, title=title, model=model, task=task, link=link, lock=store.lock_of, states=STATES,
        dead="INTERRUPTED", **usual | more,
    )  # fmt: skip
    return found


def through_days(row: Any) -> Progress | None:
    """How far a range of sessions is stored, in calendar days."""
    total = (row.end - row.start).days + 1
    done = (row.done_through - row.start).days + 1 if row.done_through else 0
    return Progress(done, total, gettext_noop("days"), f"stored through {row.done_through}" if row.done_through else "")


def fill() -> None:
    """Register them."""
    # A run of one session takes seconds and is one transaction: nothing in it can be stopped half-way.
    register(job_kind(
        "factor_run", gettext_noop("Factor run"), FactorRun, "factors.tasks.run_factors", "factorrun-detail",
        cancels_running=False, heavy=("counts", "errors", "timings"), listed=~Q(cache=OF_BACKFILL),
    ))  # fmt: skip
    register(job_kind(
        "factor_backfill", gettext_noop("Factor backfill"), FactorBackfill, "factors.tasks.run_backfill",
        "factorbackfill-detail", stop=lambda pk: backfill_cancel(backfill_id=pk),
        progress=through_days, heavy=("errors", "timings"),
    ))  # fmt: skip
    register(job_kind(
        "combine_run", gettext_noop("Strategy run"), CombineRun, "factors.tasks.run_combine", "combinerun-detail",
        again=lambda pk: combine_run_resume(run_id=pk), stop=lambda pk: combine_run_cancel(run_id=pk),
        progress=through_days, owner="strategy__owner", related=("strategy",),
        heavy=("definition", "weights", "model_cards", "warnings"),
    ))  # fmt: skip
    register(job_kind(
        "factor_analysis", gettext_noop("Factor analysis"), FactorAnalysis, "factors.tasks.run_analysis",
        "factoranalysis-detail", cancels_running=False, heavy=("options", "result", "timings"),
    ))  # fmt: skip
