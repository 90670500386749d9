"""Entry points of the background workers: plain ids in, one service call."""

from collections import Counter

from market.jobs.delivery import task
from portfolio.services.asset_metrics import asset_metrics_compute_regions
from portfolio.services.correlations import assets_traded, correlations_compute
from portfolio.services.queueing import valuation_begins
from portfolio.services.rebalancing_check import rebalancing_check
from portfolio.services.snapshots import portfolios_snapshot


@task
def value_portfolio(portfolio_id: int) -> str:
    """Bring one portfolio up to date; why not, or nothing."""
    valuation_begins(portfolio_id=portfolio_id)
    return "; ".join(one.error for one in portfolios_snapshot(ids=[portfolio_id]))


@task
def snapshot_all() -> dict[str, int]:
    """Bring every portfolio up to date; how many, and how many could not be."""
    done = portfolios_snapshot()
    return {"portfolios": len(done), "failed": sum(bool(one.error) for one in done)}


@task
def compute_asset_metrics_all() -> dict[str, int | str]:
    """Compute the newest session's indicators of every region with prices; rows by region, or why there are none."""
    outcomes = asset_metrics_compute_regions()
    return {one.region: one.run.rows if one.run else one.problem for one in outcomes}


@task
def compute_correlations_held() -> int:
    """Compute the correlations of what portfolios trade, as of the newest session; how many pairs."""
    ids = assets_traded()
    return correlations_compute(instrument_ids=ids).pairs if ids else 0


@task
def check_rebalancing() -> dict[str, int]:
    """Propose plans for the portfolios whose time has come; by outcome, how many."""
    return dict(Counter(one.outcome.value for one in rebalancing_check()))
