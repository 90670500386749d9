"""Backtests and sweeps, for the list of all jobs and for taking them up again."""

from typing import Any

from django.utils.translation import gettext_noop

from backtests.models import BacktestJob, BacktestSession, BacktestSweep
from backtests.services import backtest_cancel, sweep_cancel, sweep_enqueue
from backtests.services.watching import job_lock
from market.jobs.queueing import job_requeue
from market.jobs.registry import register
from market.jobs.rows import RowKind
from market.jobs.states import Progress, State

STATES = {
    "PENDING": State.QUEUED, "RUNNING": State.RUNNING, "COMPLETED": State.DONE, "FAILED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}  # fmt: skip # of backtests.models.Status
COMMON: dict[str, Any] = {
    "states": STATES, "dead": "FAILED", "state": "status", "reason": "error", "owner": "owner", "lock": job_lock,
    "blank": {"progress": 0.0, "stage": ""},
}  # fmt: skip


def percent(row: BacktestJob) -> Progress | None:
    return Progress(round(row.progress, 1), 100, "%", row.stage)


def fill() -> None:
    """Register them."""
    session = RowKind(
        name="backtest", title=gettext_noop("Backtest"), model=BacktestSession, task="backtests.tasks.run_backtest",
        link="backtest-detail", again=lambda pk: job_requeue(session, pk),
        stop=lambda pk: backtest_cancel(session_id=pk), progress=percent,
        heavy=("config", "warnings", "timings", "data_revision"), **COMMON,
    )  # fmt: skip
    register(session)
    register(RowKind(
        name="sweep", title=gettext_noop("Sweep"), model=BacktestSweep, task="backtests.tasks.work_sweep",
        link="sweep-detail", again=lambda pk: sweep_enqueue(sweep_id=pk),
        stop=lambda pk: sweep_cancel(sweep_id=pk), progress=percent,
        is_shared=True, heavy=("config", "axes", "options", "result", "tests", "timings"), **COMMON,
    ))  # fmt: skip
