"""What is known of a fund at a glance: facts, newest composition, how old that is. For pages and commands."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from etfs.calc.composition_checks import Limits
from etfs.models import ETF, Snapshot
from etfs.services.compositions_read import CompositionView, composition_get
from etfs.services.errors import Ambiguous, NotFound
from etfs.services.lookup import day_or_today, etf_get
from market.calendars import sessions
from market.regions import region_get

_LEFT_OUT = ("instrument", "region", "created_at", "updated_at")
FRESH, AGEING = 1, Limits().stale_sessions  # sessions; beyond the second the checks call it stale


def fund_facts(*, fund: ETF) -> dict[str, Any]:
    """A fund's columns by name, with symbol, name and currency of its instrument."""
    names = [field.name for field in fund._meta.concrete_fields if field.name not in _LEFT_OUT]
    what = {"symbol": str(fund.instrument), "name": fund.instrument.name, "currency": fund.instrument.currency}
    return what | {name: getattr(fund, name) for name in names}


def newest_or_none(*, fund: ETF, as_of: dt.date | None = None, limit: int | None = None) -> CompositionView | None:
    """``composition_get``, or None for a fund of which no composition is known by then."""
    try:
        return composition_get(fund=fund, as_of=as_of, limit=limit)
    except NotFound:
        return None


def newest_day(*, symbol: str) -> dt.date | None:
    """The day of a fund's newest served composition; None for no fund, several or one without."""
    try:
        snapshot = Snapshot.objects.latest_of(etf_get(symbol).pk, day_or_today(None))
    except (NotFound, Ambiguous):
        return None
    return snapshot.as_of_date if snapshot else None


def sessions_old(*, newest: Mapping[int, tuple[str, dt.date]]) -> dict[int, int]:
    """Fund -> sessions of its exchange since its newest composition; ``newest``: fund -> (region, day). One look at
    the calendar of each region."""
    found: dict[int, int] = {}
    for region in {place for place, _ in newest.values()}:
        today = region_get(region).today()
        days = {pk: day for pk, (place, day) in newest.items() if place == region}
        known = sessions(region, min(days.values()), today)
        for pk, day in days.items():
            found[pk] = int((known > np.datetime64(day)).sum()) if len(known) else int(np.busday_count(day, today))
    return found


def freshness(*, old: int | None) -> str:
    """'none' (no composition), 'fresh' (up to a session old), 'ageing' (up to five) or 'stale'."""
    if old is None:
        return "none"
    return "fresh" if old <= FRESH else "ageing" if old <= AGEING else "stale"
