"""Who holds it."""

import numpy as np

from factors.base import Factor
from factors.registry import register
from market.panel import Panel


@register
class EtfPreference(Factor):
    """How many large ETFs hold the stock and for how much, 0 to 5 (FORMULAS.md section 6).

    Needs the field ``etf_preference``, which an app above registers (``market.fields``); without it the run
    reports this factor as one whose field is not available.
    """

    name = "etf_preference"
    category = "ownership"
    unit = "0-5"
    inputs = ("etf_preference",)

    def compute(self, panel: Panel) -> np.ndarray:
        return panel.figure("etf_preference").values
