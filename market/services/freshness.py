"""How far the data of each region are, against the last session of its exchange."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from market.calendars import sessions, sessions_before
from market.models import DataChange, Instrument, LoadRun, PriceBar
from market.regions import REGIONS, region_get

GRACE = dt.timedelta(hours=2)  # so long after its close the bars of a session are due
KEPT_SECONDS = 7 * 24 * 3600
RECENT = 10  # sessions among which the last one that is over is looked for


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
    reports = _newest_reports()
    return [
        _freshness(code, counted[code], reports.get(code), now or timezone.now()) for code in REGIONS if code in counted
    ]


def session_due(*, region: str, now: dt.datetime) -> dt.date | None:
    """The last session that ended two hours ago or earlier; None where no session is known."""
    place = region_get(region)
    today = now.astimezone(ZoneInfo(place.timezone)).date()
    for session in sessions_before(region, today, RECENT)[::-1].tolist():
        if place.close_at(session) + GRACE <= now:
            found: dt.date = session
            return found
    return None


def sessions_behind(*, region: str, newest: dt.date | None, due: dt.date | None) -> int | None:
    """Sessions after ``newest`` up to ``due``; 0 where there is none, None where one of them is not known."""
    if newest is None or due is None:
        return None
    return len(sessions(region, newest + dt.timedelta(days=1), due)) if newest < due else 0


def newest_bar(*, region: str) -> dt.date | None:
    """The date of the region's newest bar of a stock. Found once for each change of its bars: it takes a probe of the
    key for every instrument.
    """
    change = DataChange.objects.filter(region=region, kind=DataChange.Kind.BARS).order_by("-id").first()
    if change is None:
        return PriceBar.objects.newest_date(region)
    key = f"newest-bar:{connection.settings_dict['NAME']}:{region}:{change.pk}:{change.created_at.timestamp()}"
    found: dt.date | None = cache.get_or_set(key, lambda: PriceBar.objects.newest_date(region), KEPT_SECONDS)
    return found


def loads_newest() -> list[LoadRun]:
    """The last load of each region, kind and source."""
    last = LoadRun.objects.order_by().values("region", "kind", "source").annotate(last=Max("pk")).values("last")
    return list(LoadRun.objects.filter(pk__in=last).order_by("region", "kind", "source"))


def _freshness(region: str, count: int, reports_to: dt.date | None, now: dt.datetime) -> Freshness:
    newest, due = newest_bar(region=region), session_due(region=region, now=now)
    behind = sessions_behind(region=region, newest=newest, due=due)
    return Freshness(region, str(REGIONS[region].name), count, newest, due, behind, reports_to)


def _newest_reports() -> dict[str, dt.date]:
    """By region, the newest day on which a report was published, as its loads and changes tell."""
    rows = LoadRun.objects.filter(kind=LoadRun.Kind.FUNDAMENTALS, last_date__isnull=False).order_by()
    return dict(rows.values_list("region").annotate(Max("last_date")))
