"""Backtests that nobody needs any more."""

from backtests.models import BacktestSession
from backtests.services.errors import BacktestBusy
from backtests.services.watching import lock_name
from factors import store


def backtest_delete(*, session_id: int) -> None:
    """Delete a backtest and its results. BacktestBusy while it waits or runs, and while a process has not yet noticed
    that it was cancelled: that process would look for its row.
    """
    session = BacktestSession.objects.get(pk=session_id)
    if session.is_going:
        raise BacktestBusy(f"backtest #{session_id} is {session.status}: cancel it first")
    busy = f"backtest #{session_id} was cancelled a moment ago and still stops: try again"
    try:
        with store.advisory_lock(lock_name(session), busy):
            session.delete()
    except store.RunInProgress as error:
        raise BacktestBusy(str(error)) from error
