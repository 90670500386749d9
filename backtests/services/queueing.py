"""Sweeps in the queue of the background workers."""

from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from backtests.models import BacktestSweep

TASK = "backtests.tasks.work_sweep"


def task_add(sweep: BacktestSweep) -> None:
    """One more task that works on a sweep."""
    async_task(TASK, sweep.pk, task_name=f"sweep {sweep}"[:100])


def is_queued(sweep_id: int, *, begun: bool = True) -> bool:
    """Whether a task of a sweep waits; ``begun``: or is being carried out (its row stays until it has ended)."""
    rows = OrmQ.objects.all() if begun else OrmQ.objects.filter(lock__lte=timezone.now())
    tasks = (row.task for row in rows.iterator())
    return any(task.get("func") == TASK and tuple(task["args"]) == (sweep_id,) for task in tasks)
