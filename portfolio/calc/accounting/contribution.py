"""How much of the portfolio's return each asset, or group of assets, brought."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.accounting.days import Days
from portfolio.calc.accounting.linking import compounded, linked, period_starts
from portfolio.calc.accounting.performance import Worth, daily_returns


@dataclass(frozen=True, eq=False)
class Contributions:
    """P periods: ``first`` and ``last`` session of each [P]; ``parts`` float64 [P, K], fractions, whose sum is
    ``returns`` [P], the time-weighted return of the period.
    """

    first: np.ndarray
    last: np.ndarray
    parts: np.ndarray
    returns: np.ndarray


def worth_of(days: Days) -> Worth:
    """The daily values of a run."""
    return Worth(days.dates, days.value, days.inflow, days.outflow, days.opening)


def daily_contributions(days: Days) -> np.ndarray:
    """gain / the money that earned the session's return: float64 [T, N + C + 1], columns of ``Days.gain``, fractions;
    0 while there is no money.
    """
    base = worth_of(days).base[:, None]
    return np.divide(days.gain, base, out=np.zeros_like(days.gain), where=base > 0)


def contributions(days: Days, unit: str | None = None) -> Contributions | None:
    """Of every asset, every currency's cash and the rest (columns of ``Days.gain``), by period (``period_starts``),
    linked after Carino. None where there is no time-weighted return, or everything was lost.
    """
    returns = daily_returns(worth_of(days))
    starts = period_starts(days.dates, unit)
    if returns is None:
        return None
    parts = linked(daily_contributions(days), returns, np.zeros(len(returns)), starts)
    if parts is None:
        return None
    last = np.r_[starts[1:] - 1, len(returns) - 1]
    return Contributions(days.dates[starts], days.dates[last], parts, compounded(returns, starts))


def grouped(columns: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Sums by group: ``columns`` [..., N + C + 1] with ``groups`` int [N] of the assets, ``count`` of them, become
    [..., count + 1]: the last is cash and what is no asset's.
    """
    others = columns.shape[-1] - len(groups)
    member = np.eye(count + 1)[np.r_[groups, np.full(others, count)]]
    return np.asarray(columns @ member)
