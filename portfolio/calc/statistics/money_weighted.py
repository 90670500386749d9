"""The rate at which what was paid in and out is worth the same: XIRR.

With time t in years from the first payment and x = ln(1 + rate), the present value sum(a e^(-x t)) has at most as many
roots as its amounts, in the order of time, change sign (Descartes' rule for exponential sums: Laguerre 1883). One
change is the usual case, and bisection settles it. With more of them the rates are walked through from zero outwards,
in steps far shorter than 1 / the years between the payments, looking also where the present value turns around between
two steps.
"""

from dataclasses import dataclass

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.statistics.checks import money_and_flows

DAYS_A_YEAR = 365.0
LOWEST, HIGHEST = np.log(1.0 - 0.9999), np.log(1.0 + 100.0)  # ln(1 + rate) within which a root is looked for
STEPS = 16  # by unit of x, and by unit of x times the years between the first and the last payment
AT_ONCE = 1_000_000  # payments x rates looked at together


@dataclass(frozen=True)
class MoneyWeighted:
    """``annual``: percent a year (actual/365). ``whole``: percent over the ``days`` from the first to the last payment,
    to be shown beside it under one year, where ``annual`` extrapolates. Both None where no rate exists.
    """

    annual: float | None
    whole: float | None
    days: int


def money_weighted_return(values: np.ndarray, flows: np.ndarray, dates: np.ndarray) -> MoneyWeighted:
    """Of a portfolio: V_0 and every flow are paid in on their dates, the last value is paid out on the last.

    ``values``, ``flows`` [n + 1] as in ``time_weighted_index``, ``dates`` [n + 1].
    """
    money, flow = money_and_flows(values, flows)
    paid = np.r_[-money[0], -flow[1:]]
    paid[-1] += money[-1]
    return money_weighted(paid, dates)


def money_weighted(amounts: np.ndarray, dates: np.ndarray) -> MoneyWeighted:
    """Of payments seen by the investor: ``amounts`` [k], paid in negative, received positive, ``dates`` [k]."""
    rate = xirr(amounts, dates)
    days = int(np.ptp(np.asarray(dates, dtype="datetime64[D]").astype(int))) if len(dates) else 0
    if rate is None:
        return MoneyWeighted(None, None, days)
    return MoneyWeighted(100.0 * rate, 100.0 * ((1.0 + rate) ** (days / DAYS_A_YEAR) - 1.0), days)


def xirr(amounts: np.ndarray, dates: np.ndarray) -> float | None:
    """The rate a year (fraction) nearest zero in (-0.9999, 100) at which ``amounts`` [k] on ``dates`` [k] are worth
    nothing together, actual/365; None where there is none. ValueError for missing amounts or dates and other lengths.
    """
    paid, years = _by_date(amounts, dates)
    if len(paid) < 2 or np.all(paid >= 0) or np.all(paid <= 0):
        return None
    up = _first_root(paid, years, HIGHEST)
    down = _first_root(paid[::-1], (years[-1] - years)[::-1], -LOWEST)  # e^(x T) times as much: nothing overflows
    rates = [float(np.expm1(x)) for x in (up, None if down is None else -down) if x is not None]
    return min(rates, key=abs, default=None)


def _by_date(amounts: np.ndarray, dates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amounts added by date and their times in years from the first, in the order of time; sums of zero left out."""
    paid, days = np.asarray(amounts, dtype=np.float64), np.asarray(dates, dtype="datetime64[D]")
    if paid.shape != days.shape or paid.ndim != 1:
        raise ValueError(f"one date per amount is needed: {days.shape} against {paid.shape}")
    if not np.isfinite(paid).all() or np.isnat(days).any():
        raise ValueError("an amount or its date is missing")
    distinct, where = np.unique(days, return_inverse=True)
    total = np.bincount(where, weights=paid, minlength=len(distinct))
    counts = np.abs(total) > ZERO * np.bincount(where, weights=np.abs(paid), minlength=len(distinct))
    when = distinct[counts].astype(int)
    return total[counts], (when - when[:1]) / DAYS_A_YEAR


def _worth(paid: np.ndarray, years: np.ndarray, x: np.ndarray | float) -> np.ndarray:
    """sum(a e^(-x t)) for one or many x >= 0."""
    result: np.ndarray = np.exp(-np.multiply.outer(x, years)) @ paid
    return result


def _first_root(paid: np.ndarray, years: np.ndarray, highest: float) -> float | None:
    """The lowest x in [0, highest) with a worth of zero."""
    now = float(paid.sum())
    if abs(now) <= ZERO * float(np.abs(paid).sum()):
        return 0.0
    if np.count_nonzero(np.diff(np.sign(paid))) == 1:
        return _bisected(paid, years, 0.0, highest) if now * _worth(paid, years, highest) < 0 else None
    steps = int(np.ceil(STEPS * highest * (1.0 + years[-1])))
    chunk = max(2, AT_ONCE // len(paid))
    grid = np.linspace(0.0, highest, steps + 1)
    for first in range(0, steps, chunk):
        root = _root_among(paid, years, grid[first : first + chunk + 1])
        if root is not None:
            return root
    return None


def _root_among(paid: np.ndarray, years: np.ndarray, grid: np.ndarray) -> float | None:
    """The lowest root within ``grid`` [m], looking also where the worth turns around between two neighbours."""
    worth, slope = _worth(np.column_stack([paid, -paid * years]), years, grid).T
    sign = np.sign(worth[0])
    crossed = worth[1:] * sign <= 0
    turned = (slope[:-1] * sign < 0) & (slope[1:] * sign > 0)  # towards zero, and away again
    for cell in np.flatnonzero(crossed | turned):
        low, high = grid[cell], grid[cell + 1]
        if not crossed[cell]:
            high = _bisected(-paid * years, years, low, high)
            nearest = sign * float(_worth(paid, years, high))
            if abs(nearest) <= ZERO * float(_worth(np.abs(paid), years, high)):
                return high  # it touches zero
            if nearest > 0:
                continue
        return _bisected(paid, years, low, high)
    return None


def _bisected(paid: np.ndarray, years: np.ndarray, low: float, high: float) -> float:
    """Where the worth changes its sign between ``low`` and ``high``, to the last bit."""
    sign = np.sign(_worth(paid, years, low))
    while low < (middle := low + (high - low) / 2.0) < high:
        if sign * _worth(paid, years, middle) > 0:
            low = middle
        else:
            high = middle
    return high
