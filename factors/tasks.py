"""Entry points of the background workers: plain ids and ISO dates in, one service call."""

from factors import services
from market.jobs.delivery import task


@task
def run_factors(run_id: int) -> int:
    """Carry out a queued FactorRun; returns the number of scores."""
    return services.factor_run_execute(run_id=run_id).score_count


@task
def run_backfill(backfill_id: int) -> int:
    """Carry out a queued FactorBackfill; returns the number of scores."""
    return services.backfill_execute(backfill_id=backfill_id).score_count


@task
def run_daily(region: str) -> int | None:
    """Compute the region's latest session and its strategies; None when there was nothing to compute (a holiday)."""
    return services.region_daily(region=region)


@task
def refresh_aggregates() -> dict[str, float]:
    """Refresh the score aggregates that the server does not refresh by itself; seconds by name."""
    return services.aggregates_refresh()


@task
def run_combine(run_id: int) -> int:
    """Carry out a queued CombineRun; returns the number of composite scores."""
    return services.combine_run_execute(run_id=run_id).score_count


@task
def run_analysis(analysis_id: int) -> str:
    """Carry out a queued FactorAnalysis; returns its state."""
    return services.analysis_execute(analysis_id=analysis_id).state


@task
def tidy_jobs() -> dict[str, int]:
    """Mark the jobs whose process died; by kind, how many are interrupted."""
    return services.jobs_tidy()
