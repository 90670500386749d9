"""Entry points of the background workers: plain ids and ISO dates in, one service call."""

from factors import services


def run_factors(run_id: int) -> int:
    """Carry out a queued FactorRun; returns the number of scores."""
    return services.factor_run_execute(run_id=run_id).score_count


def run_backfill(backfill_id: int) -> int:
    """Carry out a queued FactorBackfill; returns the number of scores."""
    return services.backfill_execute(backfill_id=backfill_id).score_count


def run_daily(region: str) -> int | None:
    """Compute the region's latest session and its strategies; None when there was nothing to compute (a holiday)."""
    return services.region_daily(region=region)


def refresh_aggregates() -> dict[str, float]:
    """Refresh the score aggregates that the server does not refresh by itself; seconds by name."""
    return services.aggregates_refresh()


def run_combine(run_id: int) -> int:
    """Carry out a queued CombineRun; returns the number of composite scores."""
    return services.combine_run_execute(run_id=run_id).score_count


def run_analysis(analysis_id: int) -> str:
    """Carry out a queued FactorAnalysis; returns its state."""
    return services.analysis_execute(analysis_id=analysis_id).state


def tidy_jobs() -> dict[str, int]:
    """Mark the jobs whose process died; by kind, how many are interrupted."""
    return services.jobs_tidy()
