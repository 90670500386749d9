"""Everybody the same."""

import numpy as np

from backtests.sizing.chosen import Chosen, Sized, shared
from backtests.sizing.registry import register_sizing


@register_sizing("EQUAL_WEIGHT")
def equal_weight(chosen: Chosen) -> Sized:
    """The same weight for every name."""
    return shared(np.ones(len(chosen.names)))
