"""Conditions on figures: who takes part."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

OPERATORS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    ">=": np.greater_equal, ">": np.greater, "<": np.less, "<=": np.less_equal,
}  # fmt: skip
BETWEEN = "between"
FIELDS = ("value", "score", "percentile")


@dataclass(frozen=True)
class Condition:
    """A figure of a factor against one value, or two for ``between`` (both ends included)."""

    factor: str
    field: str
    operator: str
    low: float
    high: float

    def met(self, figures: np.ndarray) -> np.ndarray:
        """bool like ``figures``; a missing figure does not meet a condition."""
        with np.errstate(invalid="ignore"):
            if self.operator == BETWEEN:
                return (figures >= self.low) & (figures <= self.high)
            return np.asarray(OPERATORS[self.operator](figures, self.low) & np.isfinite(figures))
