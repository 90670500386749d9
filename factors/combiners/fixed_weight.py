"""Weights as a person wrote them."""

from factors.combiners.base import Combiner, Weights
from factors.combiners.history import History
from factors.combiners.registry import register_combiner


@register_combiner
class FixedWeight(Combiner):
    """The mean of the factors' scores with the strategy's own weights."""

    name = "fixed_weight"

    def fit(self, history: History, day: int) -> Weights:
        return Weights(self.names, self.weights / self.weights.sum())
