"""What every peer is asked."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Task:
    """On ``rebalances`` (rows of ``prices`` [T, N]) the ``count`` best of ``score`` [T, N] are bought at the close to
    ``weight`` each, costs paid out of it, and the others sold; ``commission`` and ``slippage`` as fractions.
    """

    prices: pd.DataFrame
    score: np.ndarray
    rebalances: list[int]
    count: int
    weight: float
    commission: float
    slippage: float
    capital: float

    @classmethod
    def of(cls, given: dict[str, np.ndarray]) -> "Task":
        index = pd.to_datetime(given["days"].astype("datetime64[D]")).astype("datetime64[ns]")
        names = [f"S{place:05d}" for place in range(given["close"].shape[1])]
        prices = pd.DataFrame(given["close"], index=index, columns=names)
        floats = {name: float(given[name]) for name in ("weight", "commission", "slippage", "capital")}
        return cls(prices, given["score"], given["rebalances"].tolist(), int(given["count"]), **floats)

    def chosen(self, row: int) -> np.ndarray:
        """Columns of the best scores, in no order."""
        return np.argpartition(-self.score[row], self.count - 1)[: self.count]

    @property
    def weight_before_costs(self) -> float:
        """For peers that divide by the price without costs: it makes the same number of shares."""
        return self.weight / ((1 + self.slippage) * (1 + self.commission))
