"""One composition of one fund on one day, and two of them row by row."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Snapshot:
    """Lines of a fund: ``key`` [n] (equal = the same security), ``weight`` percent, ``shares``, ``value`` in the fund's
    currency, each float64 [n], NaN where not known.
    """

    key: np.ndarray
    weight: np.ndarray
    shares: np.ndarray
    value: np.ndarray

    @classmethod
    def of(
        cls, key: np.ndarray, weight: np.ndarray, shares: np.ndarray | None = None, value: np.ndarray | None = None
    ) -> "Snapshot":
        """A snapshot in which whole columns may be unknown. ValueError for columns of unequal length."""
        key = np.asarray(key)
        unknown = np.full(len(key), np.nan)
        columns = [
            unknown if figures is None else np.asarray(figures, dtype=np.float64) for figures in (weight, shares, value)
        ]
        if any(len(figures) != len(key) for figures in columns):
            raise ValueError(f"columns of {[len(figures) for figures in columns]} figures for {len(key)} keys")
        return cls(key, *columns)

    def added(self) -> "Snapshot":
        """One row per key, ascending, lines of one key added; a figure that one of them lacks is not known (NaN)."""
        keys, place = np.unique(self.key, return_inverse=True)
        weight, shares, value = (
            np.bincount(place, weights=figures, minlength=len(keys))
            for figures in (self.weight, self.shares, self.value)
        )
        return Snapshot(keys, weight, shares, value)

    def spread(self, keys: np.ndarray, absent: float) -> "Snapshot":
        """Rows of ``keys`` [m], where each key is here at most once, ascending; ``absent`` throughout where not."""
        place, found = locate(self.key, keys)
        columns = [np.full(len(keys), absent) for _ in range(3)]
        for column, figures in zip(columns, (self.weight, self.shares, self.value), strict=True):
            column[found] = figures[place[found]]
        return Snapshot(keys, *columns)


def locate(keys: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(position in ascending ``keys``, whether it is there) of each of ``wanted`` [m]."""
    if len(keys) == 0:
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted
