"""Calm factors count more."""

import numpy as np

from factors.combiners.from_returns import ZERO, FromReturns, NoWeights
from factors.combiners.registry import register_combiner


@register_combiner
class RiskAdjusted(FromReturns):
    """Weights in proportion to 1/std of each factor's daily returns over the last 252 sessions."""

    name = "risk_adjusted"

    def weigh(self, returns: np.ndarray) -> np.ndarray:
        std = returns.std(axis=1, ddof=1)
        if (std <= ZERO).any():
            raise NoWeights("a factor's returns do not vary")
        inverse: np.ndarray = 1.0 / std
        return inverse
