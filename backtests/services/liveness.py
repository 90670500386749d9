"""Whether somebody is there to carry out what waits or runs."""

from django.utils import timezone
from django_q.status import Stat

from backtests.models import BacktestJob, Status
from backtests.services.watching import tidy

PATIENCE = 10.0  # seconds that a job may wait before one asks why


def job_settled(*, job: BacktestJob) -> BacktestJob:
    """The row as it is, after ``tidy``: one whose process died without a word waits again or has FAILED then."""
    if job.status == Status.RUNNING:
        tidy(type(job))
        job.refresh_from_db()
    return job


def workers_missing(*, job: BacktestJob) -> bool:
    """Whether a job has waited for a while and no background worker is at work on any machine."""
    waited = (timezone.now() - job.created_at).total_seconds()
    return job.status == Status.PENDING and waited > PATIENCE and not Stat.get_all()
