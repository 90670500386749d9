"""Sessions of a region's exchange, from ``exchange_calendars``; kept under ``var/`` since building one takes seconds.

Vietnam, which that library lacks, takes the sessions of its index's own bars.
"""

import datetime as dt
import logging
import uuid
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from django.conf import settings

from market.models import PriceBar
from market.regions import region_get

logger = logging.getLogger(__name__)

FIRST_DAY = dt.date(1990, 1, 1)


def sessions(region: str, start: dt.date, end: dt.date) -> np.ndarray:
    """Sessions from ``start`` to ``end``, both included: datetime64[D], ascending.

    Calendars begin in 1990 (JP 1997, CN 1991) and end about a year from now.
    """
    place = region_get(region)
    if place.calendar is None:
        days = (
            PriceBar.objects.filter(
                instrument__region=place.code, instrument__ticker=place.index, date__range=(start, end)
            )
            .order_by("date")
            .values_list("date", flat=True)
        )
        return np.array(list(days), dtype="datetime64[D]")
    known = _exchange_sessions(place.calendar, str(settings.CALENDAR_CACHE_DIR), place.today().year)
    low, high = np.searchsorted(known, [np.datetime64(start), np.datetime64(end + dt.timedelta(days=1))])
    return known[low:high]


def is_session(region: str, day: dt.date) -> bool:
    return len(sessions(region, day, day)) > 0


def sessions_before(region: str, day: dt.date, count: int) -> np.ndarray:
    """The last ``count`` sessions up to and including ``day`` (fewer where the calendar begins later)."""
    back = dt.timedelta(days=int(count * 1.6) + 30)
    first = dt.date(1900, 1, 1)
    return sessions(region, day - back if day > first + back else min(first, day), day)[-count:]


@lru_cache(maxsize=16)
def _exchange_sessions(code: str, directory: str, year: int) -> np.ndarray:
    """All sessions of a calendar. ``year`` is part of the file's name, so that each new year brings a new calendar."""
    path = Path(directory) / f"{code}-{version('exchange_calendars')}-{year}.npy"
    try:
        return np.load(path)
    except (ValueError, EOFError, OSError):
        found = _build(code, dt.date(year + 1, 12, 31))  # not there yet, or damaged: made anew
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.save(file, found)
        part.replace(path)
    except OSError as error:
        logger.warning("%s: not kept (%s)", path, error)  # a cache: the next process makes it again
        with suppress(OSError):
            part.unlink()
    return found


def _build(code: str, last: dt.date) -> np.ndarray:
    import exchange_calendars  # noqa: PLC0415 - a quarter of a second that only building needs
    import pandas as pd  # noqa: PLC0415 - as above

    factory = exchange_calendars.calendar_utils.global_calendar_dispatcher._calendar_factories[code]
    lower, upper = factory.bound_min(), factory.bound_max()
    start = pd.Timestamp(FIRST_DAY) if lower is None else max(lower, pd.Timestamp(FIRST_DAY))
    end = pd.Timestamp(last) if upper is None else min(upper, pd.Timestamp(last))
    calendar = exchange_calendars.get_calendar(code, start=start, end=end)
    return calendar.sessions.to_numpy().astype("datetime64[D]")
