"""What the workers do about portfolios by themselves."""

import datetime as dt
from typing import Any

from market.schedules import schedules_ensure

# One after the other, when New York, the last to close, has its bars.
METRICS_AT, VALUES_AT, CORRELATIONS_AT, REBALANCING_AT = (
    dt.time(23, minute, tzinfo=dt.UTC) for minute in (40, 45, 50, 55)
)
SCHEDULES = (
    ("asset metrics", "portfolio.tasks.compute_asset_metrics_all", "D", METRICS_AT),
    ("snapshot portfolios", "portfolio.tasks.snapshot_all", "D", VALUES_AT),
    ("correlations of what is held", "portfolio.tasks.compute_correlations_held", "D", CORRELATIONS_AT),
    ("check rebalancing", "portfolio.tasks.check_rebalancing", "D", REBALANCING_AT),
)


def schedules() -> dict[str, dict[str, Any]]:
    """Name -> columns of a django-q2 schedule each."""
    today = dt.datetime.now(tz=dt.UTC).date()
    return {
        name: {"func": func, "schedule_type": kind, "next_run": dt.datetime.combine(today, moment)}
        for name, func, kind, moment in SCHEDULES
    }


def ensure_schedules(**kwargs: Any) -> None:
    """Created where missing (after every ``migrate``); existing ones stay as edited."""
    schedules_ensure(schedules())
