"""The better, the more."""

from backtests.sizing.chosen import Chosen, Sized, shared
from backtests.sizing.registry import register_sizing


@register_sizing("SCORE")
def score(chosen: Chosen) -> Sized:
    """Weights in proportion to the strategy's composite score; a name whose score is not above 0 is not bought."""
    return shared(chosen.score())
