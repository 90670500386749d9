"""What follows from new values: risk, benchmarks, alerts."""

from portfolio.models import AlertLimit, Portfolio
from portfolio.services.alerts import alerts_check
from portfolio.services.drift import greatest_drift
from portfolio.services.performance import performance_of
from portfolio.services.standing import standing_of

Kind = AlertLimit.Kind


def portfolio_follow(*, portfolio: Portfolio) -> None:
    """Of the newest session of a portfolio that is valued."""
    standing = standing_of(portfolio=portfolio)
    found = performance_of(portfolio=portfolio)
    figures = {
        Kind.WEIGHT: max((one.weight or 0.0 for one in standing.held), default=None),
        Kind.DRAWDOWN: found.statistics["current_drawdown"],
        Kind.VAR: None,
        Kind.DRIFT: _drift(portfolio),
    }
    alerts_check(portfolio=portfolio, on=standing.as_of, figures=figures)


def _drift(portfolio: Portfolio) -> float | None:
    """Only where it is asked for: it reads prices of what is wanted and not held."""
    return greatest_drift(portfolio=portfolio) if portfolio.alert_limits.filter(kind=Kind.DRIFT).exists() else None
