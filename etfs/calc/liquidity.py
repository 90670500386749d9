"""How long it takes to trade a portfolio without being more than a part of the market."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PARTICIPATION = 0.2  # part of a day's trading value one takes
WITHIN_DAYS = (1.0, 5.0, 20.0)
PARTS = (50.0, 90.0, 100.0)


@dataclass(frozen=True)
class Liquidity:
    """``days`` [n] per line; ``tradable`` percent of the portfolio within each of ``within`` days; ``days_to``: days to
    trade each of the ``parts`` percent of the lines whose trading is known; ``unknown`` percent of the portfolio whose
    trading is not. NaN: not known, or never.
    """

    days: np.ndarray
    tradable: np.ndarray
    days_to: np.ndarray
    unknown: float


def days_to_trade(amount: np.ndarray, daily_value: np.ndarray, participation: float = PARTICIPATION) -> np.ndarray:
    """Days per line [n]: |amount| / (participation x average daily trading value), both in one currency.

    NaN where the value is not known or 0 (it cannot be traded at all); nothing to trade takes 0 days.
    """
    capacity = participation * daily_value
    days = np.divide(np.abs(amount), capacity, out=np.full(len(amount), np.nan), where=capacity > 0)
    return np.where(amount == 0, 0.0, days)


def liquidity(
    amount: np.ndarray, daily_value: np.ndarray, *, participation: float = PARTICIPATION,
    within: Sequence[float] = WITHIN_DAYS, parts: Sequence[float] = PARTS,
) -> Liquidity:  # fmt: skip
    """Liquidity of positions ``amount`` [n] (short ones are bought back), all traded side by side.

    Within D days min(|amount|, participation x ADV x D) of a line is traded. A line without a known ADV counts as not
    tradable in ``tradable`` and apart in ``unknown``; in ``days_to`` it is left out. A line with an ADV of 0 is known
    never to trade: shares of the rest that need it are NaN. ValueError unless 0 < participation <= 1.
    """
    if not 0 < participation <= 1:
        raise ValueError(f"participation {participation} is not above 0 and at most 1")
    size, known = np.abs(amount), np.isfinite(daily_value)
    total = float(size.sum())
    if not total > 0:
        return Liquidity(np.zeros(len(amount)), np.full(len(within), np.nan), np.full(len(parts), np.nan), 0.0)
    capacity = np.where(known, participation * np.nan_to_num(daily_value), 0.0)
    traded = np.minimum(size, capacity * np.asarray(within)[:, None]).sum(axis=1)
    days = days_to_trade(amount, daily_value, participation)
    return Liquidity(
        days, 100.0 * traded / total, _days_to(size[known], days[known], capacity[known], parts),
        float(100.0 * size[~known].sum() / total),
    )  # fmt: skip


def _days_to(size: np.ndarray, days: np.ndarray, capacity: np.ndarray, parts: Sequence[float]) -> np.ndarray:
    """Days until ``parts`` percent of ``size`` is traded: what is traded by each line's last day, straight between."""
    ends = np.unique(np.r_[0.0, days[np.isfinite(days)]])
    traded = np.minimum(size, capacity * ends[:, None]).sum(axis=1)
    wanted = np.asarray(parts) / 100.0 * size.sum()
    reachable = wanted <= traded[-1] * (1 + 1e-12)
    result: np.ndarray = np.where(reachable & (size.sum() > 0), np.interp(wanted, traded, ends), np.nan)
    return result
