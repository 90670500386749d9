"""Entry points of the background workers: plain ids in, one service call."""

from portfolio.services.asset_metrics import asset_metrics_compute_regions


def compute_asset_metrics_all() -> dict[str, int | str]:
    """Compute the newest session's indicators of every region with prices; rows by region, or why there are none."""
    outcomes = asset_metrics_compute_regions()
    return {one.region: one.run.rows if one.run else one.problem for one in outcomes}
