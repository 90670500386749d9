"""Entry points of the background workers: plain ids in, one service call."""

from backtests import services


def run_backtest(session_id: int) -> str:
    """Carry out a pending backtest; returns its status."""
    return services.backtest_execute(session_id=session_id).status
