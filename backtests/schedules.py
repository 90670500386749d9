"""What the workers do about backtests by themselves: end those whose process died."""

from typing import Any

from market.schedules import schedules_ensure

TIDY_MINUTES = 10


def schedules() -> dict[str, dict[str, Any]]:
    """Name -> columns of a django-q2 schedule."""
    tidy = {"func": "backtests.tasks.tidy", "schedule_type": "I", "minutes": TIDY_MINUTES}
    return {"end interrupted backtests": tidy}


def ensure_schedules(**kwargs: Any) -> None:
    """Created where missing (after every ``migrate``); an existing one stays as edited."""
    schedules_ensure(schedules())
