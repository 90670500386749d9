"""How far the newest bars and scores of each region are behind its exchange."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from factors.models import FactorRun
from market.calendars import sessions, sessions_before
from market.models import DataChange, Instrument, PriceBar
from market.regions import REGIONS, Region

SHARES = (Instrument.AssetType.STOCK, Instrument.AssetType.ETF)
KEPT_SECONDS = 24 * 3600
WEEK = 7


@dataclass(frozen=True)
class Freshness:
    """A region that has bars or scores. ``session``: the last one whose close has passed; None: that is not known.

    ``*_behind``: sessions after the newest day up to ``session``; None where there are none at all.
    """

    region: str
    session: dt.date | None
    bars: dt.date | None
    scores: dt.date | None
    bars_behind: int | None
    scores_behind: int | None


def freshness(now: dt.datetime | None = None) -> list[Freshness]:
    """By region, those without any data left out. A few look-ups by key; the newest bar is asked for once a change."""
    bars, scores = _newest_bars(), FactorRun.objects.newest_by_region()
    found = []
    for code in REGIONS:
        if code in bars or code in scores:
            last = last_session(REGIONS[code], now or timezone.now())
            behind = [_behind(REGIONS[code], day, last) for day in (bars.get(code), scores.get(code))]
            found.append(Freshness(code, last, bars.get(code), scores.get(code), *behind))
    return found


def last_session(region: Region, now: dt.datetime) -> dt.date | None:
    """The last session whose regular close has passed; the last weekday where no calendar is known (Vietnam)."""
    today = now.astimezone(region.close_at(now.date()).tzinfo).date()
    if region.calendar is None:
        days = np.array([today - dt.timedelta(days=back) for back in range(WEEK)], dtype="datetime64[D]")[::-1]
        days = days[np.is_busday(days)]
    else:
        days = sessions_before(region.code, today, 2)
    closed = [day for day in days.tolist() if region.close_at(day) <= now]
    return closed[-1] if closed else None


def _behind(region: Region, newest: dt.date | None, last: dt.date | None) -> int | None:
    if newest is None or last is None:
        return None
    first = newest + dt.timedelta(days=1)
    if region.calendar is None:
        return max(0, int(np.busday_count(first, last + dt.timedelta(days=1))))
    return len(sessions(region.code, first, last)) if first <= last else 0


def _newest_bars() -> dict[str, dt.date]:
    """The newest bar of each region: a probe per instrument, so asked again only when bars have changed."""
    changes = DataChange.objects.filter(kind=DataChange.Kind.BARS).order_by("region", "-id").distinct("region")
    found = {}
    for region, change, at in changes.values_list("region", "id", "created_at"):
        key = f"newest-bar:{connection.settings_dict['NAME']}:{region}:{change}:{at.timestamp()}"
        day = cache.get_or_set(key, lambda code=region: PriceBar.objects.newest_date(code, SHARES) or "", KEPT_SECONDS)
        if day:
            found[region] = day
    return found
