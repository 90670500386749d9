"""Entry points of the background workers: plain ids in, one service call."""

from backtests import services
from market.jobs.delivery import task


@task
def run_backtest(session_id: int) -> str:
    """Carry out a pending backtest; returns its status."""
    return services.backtest_execute(session_id=session_id).status


@task
def work_sweep(sweep_id: int) -> int:
    """Work on a sweep together with others; returns how many variants were computed here."""
    return services.sweep_take_turn(sweep_id=sweep_id)


@task
def tidy() -> dict[str, int]:
    """End backtests and sweeps whose process died; by kind, how many."""
    return services.backtests_tidy()
