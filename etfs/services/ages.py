"""How old compositions are, in sessions of their funds' exchanges."""

import datetime as dt
from collections.abc import Mapping

import numpy as np

from etfs.calc.composition_checks import Limits
from market.calendars import sessions
from market.regions import region_get

FRESH, AGEING = 1, Limits().stale_sessions  # sessions; beyond the second the checks call it stale


def sessions_old(*, newest: Mapping[int, tuple[str, dt.date]], on: dt.date | None = None) -> dict[int, int]:
    """Fund -> sessions of its exchange from its newest composition to a day (None: today there); ``newest``: fund ->
    (region, day). One look at the calendar of each region."""
    ages: dict[tuple[str, dt.date], int] = {}
    dated = set(newest.values())  # funds of one region are mostly of few days
    for region in {place for place, _ in dated}:
        until = on or region_get(region).today()
        days = [day for place, day in dated if place == region]
        known = sessions(region, min(days), until)
        for day in days:
            since = len(known) - np.searchsorted(known, np.datetime64(day), side="right")
            ages[region, day] = int(since if len(known) else np.busday_count(day, until))
    return {pk: ages[pair] for pk, pair in newest.items()}


def freshness(*, old: int | None) -> str:
    """'none' (no composition), 'fresh' (up to a session old), 'ageing' (up to five) or 'stale'."""
    if old is None:
        return "none"
    return "fresh" if old <= FRESH else "ageing" if old <= AGEING else "stale"
