"""Entry points of the background workers: plain ids in, one service call."""

from etfs import services


def run_collect(run_id: int) -> str:
    """Carry out a queued collection; returns its state."""
    return services.collect_execute(run_id=run_id).state


def collect_due() -> list[int]:
    """Queue what the configuration asks for; the runs."""
    return services.collect_due()
