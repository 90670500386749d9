"""What is done for a region after its market has closed."""

from factors.services.combine import strategies_daily
from factors.services.runs import factor_run_daily


def region_daily(*, region: str) -> int | None:
    """Compute the newest session and combine the active strategies over it; the number of scores, or None where they
    were there already (a holiday) or the region has no prices.
    """
    count = factor_run_daily(region=region)
    strategies_daily(region=region)
    return count
