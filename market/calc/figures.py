"""A figure per instrument together with why it may be missing."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np


class Status(IntEnum):
    """Why a figure is absent. The order is that of the reason codes of FORMULAS.md: lower wins."""

    OK = 0
    INSUFFICIENT = 1
    STALE = 2
    MISSING = 3


@dataclass(frozen=True)
class Figure:
    """``values`` float [N], NaN exactly where ``status`` uint8 [N] is not OK."""

    values: np.ndarray
    status: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> "Figure":
        """A figure that is missing where it is NaN."""
        return cls(values, np.where(np.isnan(values), Status.MISSING, Status.OK).astype(np.uint8))

    @classmethod
    def absent(cls, n: int, status: Status = Status.MISSING) -> "Figure":
        return cls(np.full(n, np.nan), np.full(n, status, dtype=np.uint8))

    def where(self, keep: np.ndarray) -> "Figure":
        """The figure with everything outside ``keep`` missing."""
        values = np.where(keep, self.values, np.nan)
        return Figure(values, np.where(keep, self.status, np.maximum(self.status, Status.MISSING)).astype(np.uint8))
