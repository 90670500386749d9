"""Adjustment factors, from adjusted closes or from corporate actions."""

import datetime as dt
from collections.abc import Iterable

import numpy as np


def factors_given(close: np.ndarray, adj_close: np.ndarray) -> np.ndarray:
    """adj_close / close; NaN where either is missing or not above 0."""
    usable = (close > 0) & (adj_close > 0)
    return np.divide(adj_close, close, out=np.full(len(close), np.nan), where=usable)


def factor_intervals(actions: Iterable[tuple[dt.date, float]]) -> list[tuple[dt.date, dt.date, float]]:
    """One instrument's factors as (first day, day after the last, factor), out of its (ex-date, ratio) in any order.

    The factor of a day is 1 / the product of the ratios of all actions with ex-date after it; one division, so that
    whole ratios adjust exactly.
    """
    found, product, until = [], 1.0, dt.date.max
    for ex_date, ratio in sorted(actions, reverse=True):
        found.append((ex_date, until, 1.0 / product))
        product, until = product * ratio, ex_date
    return [*found, (dt.date.min, until, 1.0 / product)][::-1]
