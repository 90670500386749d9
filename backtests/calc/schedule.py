"""On which sessions a portfolio is rebalanced."""

from enum import StrEnum

import numpy as np

from backtests.calc.errors import InputError


class Frequency(StrEnum):
    """All but DAILY and EVERY_N: the first session of each period."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    ANNUAL = "ANNUAL"
    EVERY_N = "EVERY_N"


MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.ANNUAL: 12}
THURSDAY = 3  # 1970-01-01 was one: ISO weeks begin three days earlier


def rebalance_sessions(
    dates: np.ndarray, frequency: Frequency, *, calendar: np.ndarray | None = None, start: int = 0, every: int = 1,
    on_start: bool = True,
) -> np.ndarray:  # fmt: skip
    """Which of ``dates`` (datetime64[D] [T]) are rebalance sessions: bool [T], False before ``start``.

    The first session of a week or month is that of ``calendar``, all sessions of the exchange (None: ``dates``), of
    which ``dates`` must be a stretch without gaps. Its very first session is none: nobody knows what came before.
    EVERY_N counts from ``start``. ``on_start``: the first session is one in any case.
    """
    kind = Frequency(frequency)
    if kind is Frequency.DAILY:
        found = np.ones(len(dates), dtype=bool)
    elif kind is Frequency.EVERY_N:
        found = (np.arange(len(dates)) - start) % every == 0
    else:
        whole = dates if calendar is None else calendar
        place = _stretch(dates, whole)
        period = periods(whole, kind)
        found = np.r_[False, period[1:] != period[:-1]][place : place + len(dates)]
    found[:start] = False
    found[start] |= on_start
    return found


def periods(dates: np.ndarray, frequency: Frequency) -> np.ndarray:
    """A number that is the same for all dates of one ISO week, month, quarter or year: int64, ascending."""
    if frequency is Frequency.WEEKLY:
        found: np.ndarray = (dates.astype("datetime64[D]").astype(np.int64) + THURSDAY) // 7
        return found
    months: np.ndarray = dates.astype("datetime64[M]").astype(np.int64) // MONTHS[frequency]
    return months


def _stretch(dates: np.ndarray, calendar: np.ndarray) -> int:
    """Place of the first of ``dates`` in ``calendar``; InputError unless they are consecutive sessions of it."""
    place = int(np.searchsorted(calendar, dates[0]))
    same = calendar[place : place + len(dates)]
    if len(same) != len(dates) or (same != dates).any():
        missing = np.setxor1d(calendar[(calendar >= dates[0]) & (calendar <= dates[-1])], dates)
        raise InputError(
            f"calendar: the dates are not its consecutive sessions; the first that differs is {missing[0]}"
        )
    return place
