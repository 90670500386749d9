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
    found: dict[int, int] = {}
    for region in {place for place, _ in newest.values()}:
        until = on or region_get(region).today()
        days = {pk: day for pk, (place, day) in newest.items() if place == region}
        known = sessions(region, min(days.values()), until)
        for pk, day in days.items():
            found[pk] = int((known > np.datetime64(day)).sum()) if len(known) else int(np.busday_count(day, until))
    return found


def freshness(*, old: int | None) -> str:
    """'none' (no composition), 'fresh' (up to a session old), 'ageing' (up to five) or 'stale'."""
    if old is None:
        return "none"
    return "fresh" if old <= FRESH else "ageing" if old <= AGEING else "stale"
