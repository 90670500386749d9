"""When to rebalance: because something drifted, or because it is time."""

import datetime as dt
from dataclasses import dataclass

from portfolio.calc.rebalancing.drift import DriftAnalysis

WEEKLY, MONTHLY, QUARTERLY, SEMIANNUAL, ANNUAL = "WEEKLY", "MONTHLY", "QUARTERLY", "SEMIANNUAL", "ANNUAL"
MONTHS = {MONTHLY: 1, QUARTERLY: 3, SEMIANNUAL: 6, ANNUAL: 12}
FREQUENCIES = (WEEKLY, *MONTHS)


@dataclass(frozen=True)
class Trigger:
    """Whether to rebalance: ``due``, with the ``assets`` beyond a limit, or the day it is or was due ``on``."""

    kind: str
    due: bool
    assets: tuple[str, ...] = ()
    on: dt.date | None = None


def threshold_trigger(analysis: DriftAnalysis) -> Trigger:
    """Due when any asset breaks a limit."""
    assets = tuple(row.asset for row in analysis.breaches)
    return Trigger("THRESHOLD", bool(assets), assets)


def schedule_trigger(*, last: dt.date | None, frequency: str, as_of: dt.date) -> Trigger:
    """Due from the first day of the period (ISO week, month, quarter, half, year) that follows the one of ``last``;
    at once when there was none. ValueError for a frequency nobody knows or a ``last`` after ``as_of``.
    """
    if last is None:
        next_period(as_of, frequency)  # refuses a wrong frequency
        return Trigger("SCHEDULE", True, on=as_of)
    if last > as_of:
        raise ValueError(f"last: {last} is after {as_of}")
    on = next_period(last, frequency)
    return Trigger("SCHEDULE", on <= as_of, on=on)


def next_period(day: dt.date, frequency: str) -> dt.date:
    """The first day of the period after the one ``day`` is in."""
    if frequency == WEEKLY:
        return day + dt.timedelta(days=7 - day.weekday())
    if frequency not in MONTHS:
        raise ValueError(f"frequency: must be one of {', '.join(FREQUENCIES)}, not {frequency!r}")
    length = MONTHS[frequency]
    months = day.year * 12 + (day.month - 1) // length * length + length
    return dt.date(months // 12, months % 12 + 1, 1)
