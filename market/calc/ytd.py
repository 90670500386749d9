"""Year-to-date flows to the flows of single quarters (FORMULAS section 2 and 9; docs/conventions.md)."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

SHORTEST_GAP, LONGEST_GAP = 75, 105  # days between the ends of two quarters of one fiscal year


@dataclass(frozen=True)
class YearToDate:
    """One published figure. ``series`` groups what may be subtracted: one company, field and fiscal year.

    ``is_first``: the figure covers the first quarter alone. ``value`` NaN: not published.
    """

    series: Hashable
    period_end: dt.date
    available_on: dt.date
    is_first: bool
    value: float


def quarters_from_ytd(reports: Sequence[YearToDate]) -> list[float]:
    """The flow of each report's own quarter: its figure less that of the quarter before, which is found by date
    (75 to 105 days earlier), in the version available when this report was published. NaN where there is none."""
    by_series: dict[Hashable, list[YearToDate]] = defaultdict(list)
    for report in reports:
        if not math.isnan(report.value):
            by_series[report.series].append(report)
    return [_quarter(report, by_series[report.series]) for report in reports]


def _quarter(report: YearToDate, others: list[YearToDate]) -> float:
    if report.is_first or math.isnan(report.value):
        return report.value
    known = [
        other
        for other in others
        if SHORTEST_GAP <= (report.period_end - other.period_end).days <= LONGEST_GAP
        and other.available_on <= report.available_on
    ]
    if not known:
        return math.nan
    return report.value - max(known, key=lambda other: (other.period_end, other.available_on)).value
