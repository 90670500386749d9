"""All schedules of the background workers: those of every room, and of the site itself."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from backtests.schedules import schedules as of_backtests
from etfs.schedules import schedules as of_etfs
from factors.schedules import schedules as of_factors
from market.schedules import schedules_ensure
from portfolio.schedules import schedules as of_portfolio

PRUNE_AT = dt.time(22, 55, tzinfo=dt.UTC)
OURS = ("func", "args")  # what a new version may change; the times are the administrator's
TIMES = ("schedule_type", "minutes", "next_run", "repeats", "cron")
DEFAULTS = {"minutes": None, "repeats": -1, "cron": None, "args": None}


@dataclass(frozen=True)
class Outcome:
    """``did``: created, updated, reset or kept. ``is_edited``: its times differ from ours. ``is_on``: it runs."""

    name: str
    did: str
    schedule: Schedule | None
    is_edited: bool = False

    @property
    def is_on(self) -> bool:
        return self.schedule is not None and self.schedule.repeats != 0


def schedules() -> dict[str, dict[str, Any]]:
    """Name -> columns of a django-q2 schedule, of all rooms."""
    today = dt.datetime.now(tz=dt.UTC).date()
    prune = {
        "func": "quantsite.tasks.prune_data", "schedule_type": "D", "next_run": dt.datetime.combine(today, PRUNE_AT),
    }  # fmt: skip
    return {**of_factors(), **of_etfs(), **of_portfolio(), **of_backtests(), "prune data": prune}


def ensure_schedules(**kwargs: Any) -> None:
    """Created where missing (after every ``migrate``); existing ones stay as edited."""
    schedules_ensure(schedules())


def schedules_setup(*, reset: bool = False) -> list[Outcome]:
    """Bring every schedule to this version, by name. What it calls follows the code; its times, and whether it is on,
    stay as somebody set them, unless ``reset``. Several of one name (made by hand) all count. One transaction.
    """
    done = []
    with transaction.atomic():
        for name, wanted in sorted(schedules().items()):
            present = list(Schedule.objects.select_for_update().filter(name=name).order_by("id"))
            if not present:
                done.append(Outcome(name, "created", Schedule.objects.create(name=name, **wanted)))
            done += [_bring(schedule, DEFAULTS | wanted, reset) for schedule in present]
    return done


def schedules_others() -> list[Schedule]:
    """Schedules that are none of ours: made by hand, or for once by a job."""
    return list(Schedule.objects.exclude(name__in=schedules()).order_by("name", "id"))


def _bring(schedule: Schedule, wanted: dict[str, Any], reset: bool) -> Outcome:
    edited = _is_edited(schedule, wanted)
    fields = [*OURS, *(TIMES if reset and edited else ())]
    changed = [name for name in fields if name in wanted and getattr(schedule, name) != wanted[name]]
    for name in changed:
        setattr(schedule, name, wanted[name])
    if changed:
        schedule.save(update_fields=changed)
    did = "reset" if reset and edited else "updated" if changed else "kept"
    return Outcome(str(schedule.name), did, schedule, edited and not reset)


def _is_edited(schedule: Schedule, wanted: dict[str, Any]) -> bool:
    """Its times are not ours. A daily one moves on by days: its time of day counts, to the hour that summer takes."""
    if any(getattr(schedule, name) != wanted[name] for name in ("schedule_type", "minutes", "repeats", "cron")):
        return True
    if "next_run" not in wanted or schedule.next_run is None:
        return False
    apart = abs(schedule.next_run - wanted["next_run"]) % dt.timedelta(days=1)
    return min(apart, dt.timedelta(days=1) - apart) > dt.timedelta(hours=1)


def next_local(schedule: Schedule) -> str:
    """When it runs next, in the site's time."""
    return f"{timezone.localtime(schedule.next_run):%Y-%m-%d %H:%M}"
