"""Combiners: how the scores of several factors become one. Importing the package registers them."""

from factors.combiners import equal_weight, fixed_weight, machine_learning, optimized, risk_adjusted
from factors.combiners.base import Combiner, Fitted, Weights, as_date, first_of_month
from factors.combiners.history import NOT_YET, History, Samples
from factors.combiners.options import Option, OptionError
from factors.combiners.registry import (
    UnknownCombiner,
    all_combiners,
    combiner_named,
    register_combiner,
    unregister_combiner,
)

__all__ = [
    "NOT_YET", "Combiner", "Fitted", "History", "Option", "OptionError", "Samples", "UnknownCombiner", "Weights",
    "all_combiners", "as_date", "combiner_named", "equal_weight", "first_of_month", "fixed_weight", "machine_learning",
    "optimized", "register_combiner", "risk_adjusted", "unregister_combiner",
]  # fmt: skip
