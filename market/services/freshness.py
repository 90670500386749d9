"""How far the data of each region are, against the last session of its exchange."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, OuterRef, Subquery
from django.utils import timezone

from market.calendars import sessions
from market.models import DataChange, Instrument, LoadRun, PriceBar
from market.regions import REGIONS, Region, region_get

GRACE = dt.timedelta(hours=2)  # so long after its close the bars of a session are due
KEPT_SECONDS = 7 * 24 * 3600
RECENT = dt.timedelta(days=30)  # among whose sessions the last one that is over is looked for


@dataclass(frozen=True)
class Freshness:
    """``newest``: the last bar of a common stock, None for none; ``due``: the last session whose bars are due;
    ``behind``: sessions in between, None where either is not known. ``reports_to``: the newest publication day.
    """

    region: str
    name: str
    instruments: int
    newest: dt.date | None
    due: dt.date | None
    behind: int | None
    reports_to: dt.date | None

    @property
    def state(self) -> str:
        """``none``, ``late`` or ``on_time``."""
        if self.newest is None:
            return "none"
        return "late" if self.behind else "on_time"


def freshness_list(*, now: dt.datetime | None = None) -> list[Freshness]:
    """Of every region that has instruments."""
    counted = dict(Instrument.objects.order_by().values_list("region").annotate(Count("pk")))
    bars, reports, at = newest_bars(), _newest_reports(), now or timezone.now()
    return [
        _freshness(code, counted[code], bars.get(code), reports.get(code), at) for code in REGIONS if code in counted
    ]


def session_due(*, region: str, now: dt.datetime, grace: dt.timedelta = GRACE) -> dt.date | None:
    """The last session that ended ``grace`` ago or earlier; None where no session is known."""
    place = region_get(region)
    today = now.astimezone(ZoneInfo(place.timezone)).date()
    days: list[dt.date] = _sessions(place, today - RECENT, today).tolist()
    return next((day for day in reversed(days) if place.close_at(day) + grace <= now), None)


def sessions_behind(*, region: str, newest: dt.date | None, due: dt.date | None) -> int | None:
    """Sessions after ``newest`` up to ``due``; 0 where there is none, None where one of them is not known."""
    if newest is None or due is None:
        return None
    return len(_sessions(region_get(region), newest + dt.timedelta(days=1), due)) if newest < due else 0


def newest_bars(*, asset_types: Sequence[str] = (Instrument.AssetType.STOCK,)) -> dict[str, dt.date]:
    """By region the date of the newest bar of such instruments. Found once for each change of a region's bars: it takes
    a probe of the key for every instrument.
    """
    changes = DataChange.objects.filter(kind=DataChange.Kind.BARS).order_by("region", "-id").distinct("region")
    place = f"newest-bar:{connection.settings_dict['NAME']}:{'-'.join(asset_types)}"
    found = {}
    for region, change, at in changes.values_list("region", "id", "created_at"):
        key = f"{place}:{region}:{change}:{at.timestamp()}"
        day = cache.get_or_set(
            key, lambda code=region: PriceBar.objects.newest_date(code, asset_types) or "", KEPT_SECONDS
        )
        if day:
            found[region] = day
    return found


def loads_newest() -> list[LoadRun]:
    """The last load of each region, kind and source, with ``data_to``: how far all of them reach, since one that fails
    takes nothing away.
    """
    key = ("region", "kind", "source")
    last = LoadRun.objects.order_by().values(*key).annotate(last=Max("pk")).values("last")
    alike = LoadRun.objects.order_by().filter(**{name: OuterRef(name) for name in key})
    reached = Subquery(alike.values(*key).annotate(reached=Max("last_date")).values("reached"))
    return list(LoadRun.objects.filter(pk__in=last).annotate(data_to=reached).order_by(*key))


def _freshness(
    region: str, count: int, newest: dt.date | None, reports_to: dt.date | None, now: dt.datetime
) -> Freshness:
    due = session_due(region=region, now=now)
    behind = sessions_behind(region=region, newest=newest, due=due)
    return Freshness(region, str(REGIONS[region].name), count, newest, due, behind, reports_to)


def _newest_reports() -> dict[str, dt.date]:
    """By region, the newest day on which a report was published, as its loads and changes tell."""
    rows = LoadRun.objects.filter(kind=LoadRun.Kind.FUNDAMENTALS, last_date__isnull=False).order_by()
    return dict(rows.values_list("region").annotate(Max("last_date")))


def _sessions(place: Region, first: dt.date, last: dt.date) -> np.ndarray:
    """Those of the exchange; weekdays where no calendar is known (Vietnam), whose index's own bars cannot tell that
    bars are missing. datetime64[D].
    """
    if place.calendar is not None:
        return sessions(place.code, first, last)
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return days[np.is_busday(days)]
