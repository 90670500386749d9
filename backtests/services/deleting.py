"""Backtests and sweeps that nobody needs any more."""

from django.db import transaction

from backtests.models import BacktestSession, BacktestSweep
from backtests.services.errors import BacktestBusy, BacktestError
from backtests.services.sweeps import sweep_get
from backtests.services.watching import lock_name
from factors import store


def backtest_delete(*, session_id: int) -> None:
    """Delete a backtest and its results. BacktestBusy while it waits or runs, and while a process has not yet noticed
    that it was cancelled: that process would look for its row. BacktestError when it is not there.
    """
    session = BacktestSession.objects.filter(pk=session_id).first()
    if session is None:
        raise BacktestError(f"backtest: there is no backtest #{session_id}")
    if session.is_going:
        raise BacktestBusy(f"backtest #{session_id} is {session.status}: cancel it first")
    busy = f"backtest #{session_id} was cancelled a moment ago and still stops: try again"
    try:
        with store.advisory_lock(lock_name(session), busy):
            session.delete()
    except store.RunInProgress as error:
        raise BacktestBusy(str(error)) from error


def sweep_delete(*, sweep_id: int) -> None:
    """Delete a sweep with its variants and their backtests. BacktestBusy while it or one of these waits or runs, and
    while a worker has not yet noticed that it was cancelled; BacktestError when it is not there.
    """
    sweep = sweep_get(sweep_id=sweep_id)
    busy = f"sweep #{sweep_id} was cancelled a moment ago and still stops: try again"
    if sweep.is_going:
        raise BacktestBusy(f"sweep #{sweep_id} is {sweep.status}: cancel it first")
    try:
        with store.advisory_lock(lock_name(sweep), busy), transaction.atomic():
            locked = BacktestSweep.objects.select_for_update().filter(pk=sweep_id).first()
            if locked is not None and locked.is_going:
                raise BacktestBusy(f"sweep #{sweep_id} was taken up again")
            for number in BacktestSession.objects.filter(sweep=sweep).values_list("pk", flat=True):
                backtest_delete(session_id=number)
            sweep.delete()
    except store.RunInProgress as error:
        raise BacktestBusy(str(error)) from error
