"""What a portfolio earned: time-weighted and money-weighted, from its daily values.

External flows count at the start of their session (FORMULAS.md section 4). One exception keeps the figure meaningful:
where withdrawals leave less than half of what was there at the start (all is sold and taken out on one day), the
withdrawals of that session count at its end, after what it earned; the return would else be that of nearly nothing.
"""

from dataclasses import dataclass

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.statistics import MoneyWeighted, money_weighted, time_weighted_index

LARGE = 0.5  # of the money at the start, withdrawn within the session


@dataclass(frozen=True, eq=False)
class Worth:
    """T sessions: ``dates``; float64 [T] ``value`` at the close, ``inflow`` and ``outflow`` (both positive);
    ``opening``: value before the first session, at the end of the day ``since`` (None: the day before the first).
    Sessions of several runs may be joined.
    """

    dates: np.ndarray
    value: np.ndarray
    inflow: np.ndarray
    outflow: np.ndarray
    opening: float = 0.0
    since: np.datetime64 | None = None

    @property
    def before(self) -> np.ndarray:
        """Value of the session before: float64 [T]."""
        return np.r_[self.opening, self.value[:-1]]

    @property
    def late(self) -> np.ndarray:
        """Sessions whose withdrawals count at the end: bool [T]."""
        there = self.before + self.inflow
        return np.asarray((self.outflow > 0) & (there - self.outflow < LARGE * there))

    @property
    def base(self) -> np.ndarray:
        """The money that earned the session's return: float64 [T]."""
        return np.asarray(self.before + self.inflow - np.where(self.late, 0.0, self.outflow))


def time_weighted(worth: Worth) -> np.ndarray | None:
    """The index of ``time_weighted_index``: 1 before the first session, then after each: float64 [T + 1]. None where
    no return leads from one session to the next: there were debts, or a value out of nothing.
    """
    late = np.flatnonzero(worth.late)
    flows = worth.inflow - worth.outflow
    values, paid = np.r_[worth.opening, worth.value], np.r_[0.0, flows]
    paid[late + 1] = worth.inflow[late]
    # A late withdrawal is a step of its own behind its session: the value before it, then the value after it.
    values = np.insert(values, late + 1, worth.value[late] + worth.outflow[late])
    paid = np.insert(paid, late + 2, -worth.outflow[late])
    index = time_weighted_index(values, paid)
    return None if index is None else np.delete(index, late + 1 + np.arange(len(late)))


def session_returns(worth: Worth, *, broken: bool = False) -> np.ndarray:
    """Each session's return by itself, fractions float64 [T]: 0 while there is no money, NaN where none leads to it:
    debts, or a value out of nothing (a dividend that arrives after everything was taken out, a purchase before the
    deposit that paid for it). It stays NaN until new money makes up half or more of what a session starts with, which
    begins the record anew. ``broken``: it is NaN already before the first session. Where none is NaN, the chain is that
    of ``time_weighted``.
    """
    base, ends = worth.base, worth.value + np.where(worth.late, worth.outflow, 0.0)
    nothing = ZERO * (np.abs(worth.before) + worth.inflow + worth.outflow)
    earned = (base > nothing) & (ends >= -nothing)
    idle = (np.abs(base) <= nothing) & (np.abs(ends) <= nothing)
    returns = np.divide(np.maximum(ends, 0.0), base, out=np.ones(len(base)), where=earned) - 1.0
    begun = earned & (worth.inflow >= LARGE * base)
    event = np.where(~(earned | idle), 1, np.where(begun, 0, -1))
    place = np.maximum.accumulate(np.where(event >= 0, np.arange(len(event)), -1))
    returns[np.where(place >= 0, event[np.maximum(place, 0)] == 1, broken)] = np.nan
    return returns


def daily_returns(worth: Worth) -> np.ndarray | None:
    """Fractions, 0 while there is no money: float64 [T]; None as in ``time_weighted``."""
    index = time_weighted(worth)
    if index is None:
        return None
    return np.divide(index[1:], index[:-1], out=np.ones(len(index) - 1), where=index[:-1] > 0) - 1.0


def money_weighted_of(worth: Worth) -> MoneyWeighted:
    """XIRR of the opening value, the flows on their sessions and the last value; both None where there is none."""
    paid = worth.outflow - worth.inflow
    paid[-1] += worth.value[-1]
    dates = worth.dates.astype("datetime64[D]")
    if worth.opening != 0.0:
        opened = dates[:1] - 1 if worth.since is None else np.array([worth.since], dtype=dates.dtype)
        paid, dates = np.r_[-worth.opening, paid], np.r_[opened, dates]
    since = int(np.argmax(paid != 0))
    return money_weighted(paid[since:], dates[since:])
