"""Closed trades: the rows of a ledger that sold. A buy is neither won nor lost."""

from typing import NamedTuple

import numpy as np

from backtests.calc.outcomes.plain import divided
from market.calc.windows import ZERO


def won(sells: np.ndarray) -> np.ndarray:
    """Which of ``sells`` (rows of trades [k]) earned something net of all costs: bool [k]."""
    return np.asarray(sells["profit"] > _rounding(sells))


def lost(sells: np.ndarray) -> np.ndarray:
    """Which of ``sells`` lost something: bool [k]; a profit of 0 is neither won nor lost."""
    return np.asarray(sells["profit"] < -_rounding(sells))


def _rounding(sells: np.ndarray) -> np.ndarray:
    """Profits up to 1e-12 of what was paid are rounding: float64 [k]."""
    return np.asarray(ZERO * np.abs(sells["cash_flow"] - sells["profit"]))


class Groups(NamedTuple):
    """Figures of n groups of closed trades, each [n]; means and rates of an empty group are NaN."""

    sells: np.ndarray
    wins: np.ndarray
    win_rate: np.ndarray  # percent of the group's closed trades
    average_profit_rate: np.ndarray  # percent
    average_hold_days: np.ndarray  # calendar days
    profit: np.ndarray  # currency


def grouped(sells: np.ndarray, group: np.ndarray, count: int) -> Groups:
    """``group`` int [k]: to which of ``count`` groups each of ``sells`` [k] belongs."""

    def total(figures: np.ndarray) -> np.ndarray:
        return np.bincount(group, weights=figures, minlength=count)

    number = np.bincount(group, minlength=count)
    wins = np.bincount(group[won(sells)], minlength=count)
    return Groups(
        number, wins, 100.0 * divided(wins, number), divided(total(sells["profit_rate"]), number),
        divided(total(sells["hold_days"]), number), total(sells["profit"]),
    )  # fmt: skip


def openers(trades: np.ndarray) -> np.ndarray:
    """For each of ``trades`` [K] the place of the buy that opened its position, the first after there was nothing of
    that name: int64 [K].
    """
    order = np.argsort(trades["instrument"], kind="stable")
    names, left = trades["instrument"][order], trades["average_price"][order]
    opens = np.r_[True, (names[1:] != names[:-1]) | (left[:-1] == 0)][: len(order)]
    latest = np.maximum.accumulate(np.where(opens, np.arange(len(order)), 0))
    found = np.empty(len(order), np.int64)
    found[order] = order[latest]
    return found
