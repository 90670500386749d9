"""Conditions on the figures of factors: what is bought, what is sold."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SINGLE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    ">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal,
    "==": lambda figures, value: np.isclose(figures, value, rtol=1e-12, atol=0.0),
}  # fmt: skip
BETWEEN, TOP, BOTTOM = "between", "top", "bottom"
OPERATORS = (*SINGLE, BETWEEN, TOP, BOTTOM)
FIELDS = ("value", "score", "percentile", "rank")


@dataclass(frozen=True)
class FactorCondition:
    """A figure of a factor against one value, two for ``between`` (both ends included), or a number of places for
    ``top`` and ``bottom``, which are by score whatever ``field`` says.
    """

    factor: str
    field: str
    operator: str
    low: float
    high: float

    @property
    def text(self) -> str:
        if self.operator == BETWEEN:
            return f"{self.factor} {self.field} between {self.low:g} and {self.high:g}"
        if self.operator in (TOP, BOTTOM):
            return f"{self.factor} {self.operator} {self.low:g}"
        return f"{self.factor} {self.field} {self.operator} {self.low:g}"

    @property
    def needs_ranks(self) -> bool:
        return self.operator in (TOP, BOTTOM) or self.field == "rank"

    def met(self, figures: np.ndarray) -> np.ndarray:
        """bool [T, N] for the figures of its field [T, N]; a missing figure does not meet a condition."""
        with np.errstate(invalid="ignore"):
            if self.operator == BETWEEN:
                return np.asarray((figures >= self.low) & (figures <= self.high))
            return np.asarray(SINGLE[self.operator](figures, self.low) & np.isfinite(figures))

    def met_by_rank(self, ranks: np.ndarray) -> np.ndarray:
        """bool [T, N] for ``top`` and ``bottom``, of ranks [T, N] with NaN for those without."""
        if self.operator == TOP:
            return np.asarray(ranks <= self.low)
        count = np.isfinite(ranks).sum(axis=1, keepdims=True)
        return np.asarray(ranks > count - self.low)


def ranks_of(score: np.ndarray, members: np.ndarray, by_rank: np.ndarray) -> np.ndarray:
    """Ranks of scores [T, N] among ``members`` bool [T, N] of each session: float64 [T, N], 1 the best, ties by ticker
    (``by_rank``: the columns in the order of their tickers); NaN for those without a score.
    """
    shown = np.where(members & np.isfinite(score), -score.astype(np.float64), np.inf)[:, by_rank]
    order = np.argsort(shown, axis=1, kind="stable")
    ranks = np.empty(shown.shape)
    np.put_along_axis(ranks, order, np.arange(1.0, shown.shape[1] + 1.0)[None, :], axis=1)
    ranks[np.isinf(shown)] = np.nan
    found = np.empty_like(ranks)
    found[:, by_rank] = ranks
    return found
