"""What goes wrong in a way that a person can mend."""

from factors.services.jobs import JobError
from market.regions import region_get


class PortfolioError(JobError):
    """A request that cannot be met; begins with the field that is wrong."""


def region_code(region: str) -> str:
    """The region's code; PortfolioError for an unknown one."""
    try:
        return region_get(region).code
    except ValueError as error:
        raise PortfolioError(f"region: {error}") from error
