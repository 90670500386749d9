"""The newest factor scores of instruments as of a day."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from factors.models import Factor, FactorRun, JobState
from factors.store import cube_read
from market.models import Instrument


def scores_latest(
    instrument_ids: np.ndarray, on: dt.date, names: Sequence[str] = ()
) -> tuple[list[str], dict[str, dt.date], np.ndarray]:
    """(factor names, the session used by region, scores [N, K] of ``instrument_ids`` ascending, NaN without one)."""
    known = list(Factor.objects.order_by("name").values_list("name", flat=True))
    wanted = [name for name in known if not names or name in names]
    score = np.full((len(instrument_ids), len(wanted)), np.nan)
    dates: dict[str, dt.date] = {}
    regions = Instrument.objects.filter(pk__in=instrument_ids.tolist()).values_list("region", flat=True).distinct()
    for region in sorted(set(regions)):
        done = FactorRun.objects.filter(region=region, date__lte=on, state__in=[JobState.DONE, JobState.PARTLY])
        day = done.order_by("-date").values_list("date", flat=True).first()
        if day is None:
            continue
        dates[region] = day
        cube = cube_read(region, day, day, wanted)
        if not len(cube.days):
            continue
        place = np.searchsorted(cube.instrument_ids, instrument_ids)
        place = np.minimum(place, len(cube.instrument_ids) - 1)
        there = cube.instrument_ids[place] == instrument_ids
        score[there] = cube.score[:, 0, :].T[place[there]]
    return wanted, dates, score
