"""What the combiners share that weigh factors by their daily returns."""

from abc import abstractmethod

import numpy as np

from factors.combiners.base import MIN_SESSIONS, REFIT, WINDOW, Combiner, Weights, equal_weights
from factors.combiners.history import History

ZERO = 1e-12


class NoWeights(ValueError):
    """These returns give no weights; says why."""


class FromReturns(Combiner):
    """Weights from the factor returns of the last sessions up to the day itself; equal weight where they give none."""

    options = (WINDOW, MIN_SESSIONS, REFIT)
    min_factors = 2
    learns_from_returns = True

    @abstractmethod
    def weigh(self, returns: np.ndarray) -> np.ndarray:
        """Weights [G] from returns float64 [G, R] without NaN; NoWeights tells why there are none."""

    def fit(self, history: History, day: int) -> Weights:
        found = history.returns_until(day, int(self.option["window"]))
        needed = int(self.option["min_sessions"])
        enough = np.isfinite(found).sum(axis=1) >= needed
        if enough.sum() < self.min_factors:
            with_returns = int(np.isfinite(found).sum(axis=1).max(initial=0))
            return equal_weights(
                self.names,
                f"{enough.sum()} of {len(self.names)} factors have {needed} daily returns (the most: {with_returns})",
            )
        joint = found[enough]
        joint = joint[:, np.isfinite(joint).all(axis=0)]
        if joint.shape[1] < needed:
            return equal_weights(
                self.names, f"the factors have {joint.shape[1]} sessions in common, fewer than {needed}"
            )
        try:
            weights = self.weigh(joint)
        except NoWeights as reason:
            return equal_weights(self.names, str(reason))
        return self._weights(weights, enough, needed)

    def _weights(self, weights: np.ndarray, enough: np.ndarray, needed: int) -> Weights:
        values = np.zeros(len(self.names))
        values[enough] = weights / weights.sum()
        why = f"fewer than {needed} daily returns"
        left_out = {name: why for name, one in zip(self.names, enough, strict=True) if not one}
        return Weights(self.names, values, left_out=left_out)
