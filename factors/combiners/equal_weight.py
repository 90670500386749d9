"""Every factor counts the same."""

from factors.combiners.base import Combiner, Weights, equal_weights
from factors.combiners.history import History
from factors.combiners.registry import register_combiner


@register_combiner
class EqualWeight(Combiner):
    """The plain mean of the factors' scores."""

    name = "equal_weight"

    def fit(self, history: History, day: int) -> Weights:
        return equal_weights(self.names)
