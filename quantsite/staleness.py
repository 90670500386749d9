"""How far the newest bars and scores of each region are behind its exchange."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from factors.models import FactorRun
from market.models import Instrument
from market.regions import REGIONS
from market.services.freshness import newest_bars, session_due, sessions_behind

SHARES = (Instrument.AssetType.STOCK, Instrument.AssetType.ETF)
AT_ONCE = dt.timedelta(0)  # a session counts from its close on


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
    bars, scores = newest_bars(asset_types=SHARES), FactorRun.objects.newest_by_region()
    found = []
    for code in REGIONS:
        if code in bars or code in scores:
            last = session_due(region=code, now=now or timezone.now(), grace=AT_ONCE)
            behind = [sessions_behind(region=code, newest=day, due=last) for day in (bars.get(code), scores.get(code))]
            found.append(Freshness(code, last, bars.get(code), scores.get(code), *behind))
    return found
