"""As the market weighs them."""

from backtests.sizing.chosen import Chosen, Sized, shared
from backtests.sizing.registry import register_sizing


@register_sizing("MARKET_CAP")
def market_cap(chosen: Chosen) -> Sized:
    """Weights in proportion to market capitalisation; a name without one is not bought."""
    return shared(chosen.market_value())
