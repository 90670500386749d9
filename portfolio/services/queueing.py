"""Computations of portfolios in the queue of the background workers."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from market.jobs.queue import queue_read
from portfolio.models import Portfolio

TASK = "portfolio.tasks.value_portfolio"
LOST = dt.timedelta(minutes=2)  # after which a mark without a task is believed to have lost it
FORGOTTEN = dt.timedelta(hours=1)  # a queue may have been emptied: whoever asks later is heard again


def valuation_enqueue(*, portfolio: Portfolio) -> None:
    """Have a portfolio computed by a worker once this transaction is committed, unless that waits already."""

    def add() -> None:
        now = timezone.now()
        free = Q(valuation_asked_at=None) | Q(valuation_asked_at__lt=now - FORGOTTEN)
        if Portfolio.objects.filter(free, pk=portfolio.pk).update(valuation_asked_at=now):
            async_task(TASK, portfolio.pk, task_name=f"value portfolio {portfolio.pk}")

    transaction.on_commit(add)


def valuations_recover() -> int:
    """Ask anew for portfolios whose task was lost (a process ended between the mark and the task); how many."""
    waiting = {one.row_pk for one in queue_read() if one.func == TASK}
    lost = Portfolio.objects.filter(valuation_asked_at__lt=timezone.now() - LOST).exclude(pk__in=waiting)
    found = list(lost.values_list("pk", flat=True))
    for pk in found:
        async_task(TASK, pk, task_name=f"value portfolio {pk}")
    return len(found)


def valuation_begins(*, portfolio_id: int) -> None:
    """A worker has begun, and may read the transactions of now: what changes later asks again."""
    Portfolio.objects.filter(pk=portfolio_id).update(valuation_asked_at=None)
