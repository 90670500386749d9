"""What the workers do about backtests by themselves: end those whose process died."""

from typing import Any

from market.schedules import schedules_ensure

TIDY_MINUTES = 10


def ensure_schedules(**kwargs: Any) -> None:
    """A django-q2 schedule, created where missing (after every ``migrate``); an existing one stays as edited."""
    tidy = {"func": "backtests.tasks.tidy", "schedule_type": "I", "minutes": TIDY_MINUTES}
    schedules_ensure({"end interrupted backtests": tidy})
