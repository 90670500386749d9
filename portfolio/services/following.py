"""What follows from new values: risk, alerts, benchmarks."""

from django.db import transaction

from portfolio.models import AlertLimit, Portfolio
from portfolio.services.alerts import alerts_check
from portfolio.services.benchmarks import benchmarks_compute
from portfolio.services.drift import greatest_drift
from portfolio.services.risk import risk_inputs, risk_metrics_from, risk_metrics_store
from portfolio.services.standing import standing_of
from portfolio.store.books import portfolio_lock
from portfolio.store.prices import Prices

Kind = AlertLimit.Kind


@transaction.atomic
def portfolio_follow(*, portfolio: Portfolio, prices: Prices | None = None) -> None:
    """Of the newest session of a portfolio that is valued. ``prices``: already read, for many portfolios at once.
    Why a benchmark cannot be compared with is told where it is shown.
    """
    portfolio_lock(portfolio.pk)  # so that the figures of an older session never come last
    standing = standing_of(portfolio=portfolio)
    inputs = risk_inputs(portfolio=portfolio, standing=standing, prices=prices)
    row = risk_metrics_from(inputs)
    risk_metrics_store(rows=[row])
    figures: dict[str, float | None] = {
        Kind.WEIGHT: max((one.weight or 0.0 for one in standing.held), default=None),
        Kind.DRAWDOWN: row.current_drawdown,
        Kind.VAR: row.var_95_1d,
        Kind.DRIFT: _drift(portfolio),
    }
    alerts_check(portfolio=portfolio, on=standing.as_of, figures=figures)
    if inputs.track is not None:
        benchmarks_compute(portfolio=portfolio)


def _drift(portfolio: Portfolio) -> float | None:
    """Only where it is asked for and there are targets: it reads prices of what is wanted and not held."""
    asked = portfolio.alert_limits.filter(kind=Kind.DRIFT).exists()
    wanted = asked and portfolio.allocations.filter(is_active=True).exists()
    return greatest_drift(portfolio=portfolio) if wanted else None
