"""Collections of ETF holdings, for the list of all jobs and for taking them up again."""

from django.utils.translation import gettext_noop

from etfs.models import CollectRun
from etfs.services.collecting import collect_cancel
from factors.jobs import job_kind
from market.jobs.registry import register
from market.jobs.states import Progress


def collected(run: CollectRun) -> Progress | None:
    """Answers kept, of those asked for by name."""
    done = run.stored + run.unchanged + run.flagged + run.failed
    return Progress(done, len(run.tickers), gettext_noop("answers")) if run.tickers else None


def fill() -> None:
    """Register the kind."""
    register(job_kind(
        "etf_collection", gettext_noop("ETF collection"), CollectRun, "etfs.tasks.run_collect", "etfcollection-detail",
        stop=lambda pk: collect_cancel(run_id=pk), progress=collected, heavy=("timings",),
    ))  # fmt: skip
