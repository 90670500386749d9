"""What many funds did with each security: who bought, who sold, and for how much together."""

from dataclasses import dataclass

import numpy as np

from etfs.calc.changes import Change

_COUNTED = (Change.ADDED, Change.BOUGHT, Change.SOLD, Change.DROPPED)


@dataclass(frozen=True)
class Consensus:
    """A row per security that was traded: ``key`` [n]; ``counts`` [n, 4] of funds that ADDED, BOUGHT, SOLD, DROPPED it;
    ``bought``, ``sold`` [n] (0 and above, 0 and below) their values added; ``unvalued`` [n] trades without a value.
    """

    key: np.ndarray
    counts: np.ndarray
    bought: np.ndarray
    sold: np.ndarray
    unvalued: np.ndarray

    @property
    def net(self) -> np.ndarray:
        """Bought less sold [n]."""
        return self.bought + self.sold


def consensus(key: np.ndarray, status: np.ndarray, value: np.ndarray) -> Consensus:
    """Of trades by fund and security [m]: ``key`` of the security, ``status`` (values of ``Change``), ``value`` in one
    currency, NaN unknown. What is HELD, or said by weight alone, is no trade."""
    traded = np.isin(status, [one.value for one in _COUNTED])
    keys, place = np.unique(key[traded], return_inverse=True)
    value, status, n = value[traded], status[traded], len(keys)
    known = np.nan_to_num(value)
    counts = [np.bincount(place[status == one.value], minlength=n) for one in _COUNTED]
    return Consensus(
        keys, np.stack(counts, axis=1), np.bincount(place, np.maximum(known, 0.0), n),
        np.bincount(place, np.minimum(known, 0.0), n), np.bincount(place[np.isnan(value)], minlength=n),
    )  # fmt: skip
