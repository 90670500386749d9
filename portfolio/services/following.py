"""What follows from new values: risk, benchmarks, alerts."""

from portfolio.models import AlertLimit, Portfolio
from portfolio.services.alerts import alerts_check
from portfolio.services.standing import standing_of


def portfolio_follow(*, portfolio: Portfolio) -> None:
    """Of the newest session of a portfolio that is valued."""
    standing = standing_of(portfolio=portfolio)
    figures = {AlertLimit.Kind.WEIGHT: max((one.weight or 0.0 for one in standing.held), default=None)}
    alerts_check(portfolio=portfolio, on=standing.as_of, figures=figures)
