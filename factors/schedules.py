"""The daily computation of each region, some time after its market closes, and of the aggregates after them all."""

import datetime as dt
from typing import Any

from market.regions import REGIONS, Region
from market.schedules import schedules_ensure

# Daily schedules keep the site's local time: an hour's daylight saving at the exchange still falls after its close.
AFTER_CLOSE = dt.timedelta(minutes=90)
TIDY_MINUTES = 10
AFTER_ALL = dt.time(23, 30, tzinfo=dt.UTC)  # New York, the last to close, has been computed by then


def schedules() -> dict[str, dict[str, Any]]:
    """Name -> columns of a django-q2 schedule: one per region, one for the aggregates and one for dead jobs."""
    daily = {
        f"daily factors {region.code}": {
            "func": "factors.tasks.run_daily", "args": f"'{region.code}',", "schedule_type": "D",
            "next_run": _next_run(region),
        }
        for region in REGIONS.values()
    }  # fmt: skip
    after_all = dt.datetime.combine(dt.datetime.now(tz=dt.UTC).date(), AFTER_ALL)
    refresh = {"func": "factors.tasks.refresh_aggregates", "schedule_type": "D", "next_run": after_all}
    tidy = {"func": "factors.tasks.tidy_jobs", "schedule_type": "I", "minutes": TIDY_MINUTES}
    return daily | {"refresh score aggregates": refresh, "mark interrupted jobs": tidy}


def ensure_daily_schedules(**kwargs: Any) -> None:
    """Created where missing (after every ``migrate``); existing ones stay as edited."""
    schedules_ensure(schedules())


def _next_run(region: Region) -> dt.datetime:
    """The next moment 90 minutes after the region's close."""
    today = region.today()
    moment = region.close_at(today) + AFTER_CLOSE
    return (
        moment if moment > dt.datetime.now(tz=dt.UTC) else region.close_at(today + dt.timedelta(days=1)) + AFTER_CLOSE
    )
