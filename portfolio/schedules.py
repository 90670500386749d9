"""What the workers do about portfolios by themselves."""

import datetime as dt
from typing import Any

from market.schedules import schedules_ensure

REBALANCING_AT = dt.time(23, 55, tzinfo=dt.UTC)  # New York, the last to close, has its bars by then
SCHEDULES = (("check rebalancing", "portfolio.tasks.check_rebalancing", "D", REBALANCING_AT),)


def ensure_schedules(**kwargs: Any) -> None:
    """A django-q2 schedule each, created where missing (after every ``migrate``); existing ones stay as edited."""
    today = dt.datetime.now(tz=dt.UTC).date()
    schedules_ensure(
        {
            name: {"func": func, "schedule_type": kind, "next_run": dt.datetime.combine(today, moment)}
            for name, func, kind, moment in SCHEDULES
        }
    )
