"""Figures that hold until the next one is known."""

from typing import NamedTuple

import numpy as np


class Carried(NamedTuple):
    """``figure`` float64 [T, N], NaN where none is known yet; ``age`` int64 [T, N]: sessions since it was known, 0 on
    the session itself, -1 where there is none.
    """

    figure: np.ndarray
    age: np.ndarray


def carried(known: np.ndarray, last: np.ndarray, age: np.ndarray) -> Carried:
    """``known`` [T, N], NaN where unknown, filled forward; ``last`` [N] and its ``age`` [N] are of the row before."""
    session = np.arange(len(known))[:, None]
    at = np.maximum.accumulate(np.where(np.isnan(known), -1, session), axis=0)
    seen = at >= 0
    figure = np.where(seen, np.take_along_axis(known, np.maximum(at, 0), axis=0), last)
    since = np.where(seen, session - at, age + session + 1)
    return Carried(figure, np.where(np.isnan(figure), -1, since))


def latest(cells: np.ndarray, figures: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A table of ``shape`` with the last of ``figures`` [K] at each of the flat places ``cells`` [K], NaN elsewhere."""
    table = np.full(shape, np.nan)
    place, from_end = np.unique(cells[::-1], return_index=True)
    table.ravel()[place] = figures[::-1][from_end]
    return table


def divide_carried(prices: Carried, *, session: int, column: int, ratio: float) -> None:
    """A split on ``session``: a price from before it, carried on, is one of old shares until the next bar."""
    old = np.arange(session, len(prices.age))
    old = old[prices.age[session:, column] > old - session]
    prices.figure[old, column] /= ratio
