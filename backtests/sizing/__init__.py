"""Sizing rules: how money is shared among the names that were chosen. Importing the package registers them."""

from backtests.sizing import equal_weight, market_cap, risk_parity, score
from backtests.sizing.chosen import Chosen, Sized, shared
from backtests.sizing.registry import Sizing, all_sizings, register_sizing, sizing_named, unregister_sizing

__all__ = [
    "Chosen", "Sized", "Sizing", "all_sizings", "equal_weight", "market_cap", "register_sizing", "risk_parity", "score",
    "shared", "sizing_named", "unregister_sizing",
]  # fmt: skip
