"""Bars for tests: made up with a known seed, stacked as a panel stacks them."""

from typing import NamedTuple

import numpy as np

NAN = float("nan")


class Bars(NamedTuple):
    """float [L, N] each; NaN above a column's first bar."""

    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray

    def last(self, rows: int) -> "Bars":
        return Bars(*(part[-rows:] for part in self))


def made_up(length: int = 700, columns: int = 4, seed: int = 1, level: float = 50.0) -> Bars:
    rng = np.random.default_rng(seed)
    close = level * np.exp(np.cumsum(rng.normal(0.0002, 0.02, (length, columns)), axis=0))
    high = close * (1 + np.abs(rng.normal(0, 0.01, close.shape)))
    low = close * (1 - np.abs(rng.normal(0, 0.01, close.shape)))
    return Bars(high, low, close, np.round(rng.uniform(1e3, 1e6, close.shape)))


def listed_late(bars: Bars, first: dict[int, int]) -> Bars:
    """The same with columns that begin at row ``first``."""
    parts = [part.copy() for part in bars]
    for column, row in first.items():
        for part in parts:
            part[:row, column] = NAN
    return Bars(*parts)
