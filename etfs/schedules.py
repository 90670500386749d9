"""What the workers do about ETFs by themselves: collect, follow splits, check, thin out."""

import datetime as dt
from typing import Any

from market.schedules import schedules_ensure

SPLITS_AT = dt.time(22, 20, tzinfo=dt.UTC)
CHECK_AT = dt.time(22, 30, tzinfo=dt.UTC)
COLLECT_AT = dt.time(21, 30, tzinfo=dt.UTC)
PRUNE_AT = dt.time(22, 50, tzinfo=dt.UTC)
SCHEDULES = (
    ("collect ETF holdings", "etfs.tasks.collect_due", "D", COLLECT_AT),
    ("figures of ETFs that split", "etfs.tasks.splits_follow_all", "D", SPLITS_AT),
    ("validate ETF holdings", "etfs.tasks.validate_all", "D", CHECK_AT),
    ("prune ETF holdings", "etfs.tasks.prune_all", "W", PRUNE_AT),
)  # the letters are django-q2's for daily and weekly


def schedules() -> dict[str, dict[str, Any]]:
    """Name -> columns of a django-q2 schedule each."""
    today = dt.datetime.now(tz=dt.UTC).date()
    return {
        name: {"func": func, "schedule_type": kind, "next_run": dt.datetime.combine(today, moment)}
        for name, func, kind, moment in SCHEDULES
    }


def ensure_schedules(**kwargs: Any) -> None:
    """Created where missing (after every ``migrate``); existing ones stay as edited.

    Collecting does nothing until a configuration names sources; thinning out asks for ``QUANTSITE_ETF_PRUNE``.
    """
    schedules_ensure(schedules())
