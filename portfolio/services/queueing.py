"""Computations of portfolios in the queue of the background workers."""

from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from portfolio.models import Portfolio

TASK = "portfolio.tasks.value_portfolio"


def valuation_enqueue(*, portfolio: Portfolio) -> None:
    """Have a portfolio computed by a worker once this transaction is committed, unless that waits already."""

    def add() -> None:
        if not _waits(portfolio.pk):
            async_task(TASK, portfolio.pk, task_name=f"value portfolio {portfolio.pk}")

    transaction.on_commit(add)


def _waits(portfolio_id: int) -> bool:
    """Whether a worker will begin to compute it; one that is at it may have read the transactions of before."""
    waiting = (row.task for row in OrmQ.objects.filter(lock__lte=timezone.now()).iterator())
    return any(task.get("func") == TASK and tuple(task["args"]) == (portfolio_id,) for task in waiting)
