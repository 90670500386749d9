"""What the workers do about ETFs by themselves: collect, check, thin out."""

import datetime as dt
from typing import Any

from django.apps import apps

CHECK_AT = dt.time(22, 30, tzinfo=dt.UTC)
COLLECT_AT = dt.time(21, 30, tzinfo=dt.UTC)
PRUNE_AT = dt.time(22, 50, tzinfo=dt.UTC)


def ensure_schedules(**kwargs: Any) -> None:
    """A django-q2 schedule each, created where missing (after every ``migrate``); existing ones stay as edited.

    Collecting does nothing until a configuration names sources; thinning out asks for ``QUANTSITE_ETF_PRUNE``.
    """
    schedule = apps.get_model("django_q", "Schedule")
    today = dt.datetime.now(tz=dt.UTC).date()
    wanted = (
        ("collect ETF holdings", "etfs.tasks.collect_due", schedule.DAILY, COLLECT_AT),
        ("validate ETF holdings", "etfs.tasks.validate_all", schedule.DAILY, CHECK_AT),
        ("prune ETF holdings", "etfs.tasks.prune_all", schedule.WEEKLY, PRUNE_AT),
    )
    for name, func, kind, moment in wanted:
        if not schedule.objects.filter(name=name).exists():  # somebody may have made two of them
            first = dt.datetime.combine(today, moment)
            schedule.objects.create(name=name, func=func, schedule_type=kind, next_run=first)
