"""Entry points of the background workers: plain ids in, one service call."""

from etfs import services
from etfs.services.pruning import prune_if_wanted
from etfs.services.stats import splits_follow
from etfs.services.validation import holdings_validate
from market.jobs.delivery import task


@task
def run_collect(run_id: int) -> str:
    """Carry out a queued collection, once its source is free; returns its state."""
    return services.collect_execute_queued(run_id=run_id).state


@task
def collect_due() -> list[int]:
    """Queue what the configuration asks for; the runs."""
    return services.collect_due()


@task
def splits_follow_all() -> int:
    """Make flows and figures of funds that split anew; how many funds."""
    return splits_follow()


@task
def validate_all() -> dict[str, int]:
    """Check the newest compositions of all funds; how many findings and quarantines."""
    run = holdings_validate()
    return {"funds": run.funds, "findings": len(run.findings), "quarantined": len(run.quarantined)}


@task
def prune_all() -> int:
    """Thin out old compositions where the settings ask for it; how many were deleted."""
    run = prune_if_wanted()
    return run.compositions if run else 0
