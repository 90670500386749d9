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
