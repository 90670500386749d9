"""What the largest holdings of a fund weighed over time, side by side."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from etfs.models import ETF, Snapshot
from etfs.services.compositions_read import CompositionView
from etfs.services.errors import EtfError
from etfs.store.weight_series import weight_series

MOST = 20


@dataclass(frozen=True)
class WeightsView:
    """``days`` of the fund's compositions, oldest first; ``lines``: how many each has; ``series``: key -> percent on
    each of them, 0 where it was not held, None where its weight is not known."""

    days: list[dt.date]
    lines: list[int]
    series: dict[int, list[float | None]]


def weights_over_time(
    *, fund: ETF, keys: Sequence[int], start: dt.date | None = None, end: dt.date | None = None
) -> WeightsView:
    """Weights of securities (``etfs.services.keys``) in the fund's served compositions. EtfError for more than 20."""
    if len(keys) > MOST:
        raise EtfError(f"lines: at most {MOST} of them, not {len(keys):,}")
    served = Snapshot.objects.newest_first(fund.pk)
    served = served.filter(as_of_date__gte=start) if start else served
    served = served.filter(as_of_date__lte=end) if end else served
    known = list(served.values_list("as_of_date", "line_count"))[::-1]
    place = {day: i for i, (day, _) in enumerate(known)}
    series: dict[int, list[float | None]] = {key: [0.0] * len(known) for key in keys}
    for day, key, weight in weight_series(fund.pk, keys, start, end):
        series[key][place[day]] = weight
    return WeightsView([day for day, _ in known], [count for _, count in known], series)


def securities_held(*, composition: CompositionView) -> dict[int, str]:
    """Key -> name of what a composition holds long, the heaviest first; lines of one instrument are one."""
    weights: dict[int, float] = {}
    names: dict[int, str] = {}
    for row in composition.lines:
        key = row["instrument_id"] or -row["line_id"]
        weights[key] = weights.get(key, 0.0) + float(row["weight"] or 0)
        names.setdefault(key, row["ticker"] or row["name"] or row["identifier"])
    return {key: names[key] for key in sorted(weights, key=lambda key: -weights[key]) if weights[key] > 0}
