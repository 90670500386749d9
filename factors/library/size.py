"""Small against large, and how much of a company is for sale."""

import numpy as np

from factors.base import Factor, ratio
from factors.registry import register
from market.panel import Panel


@register
class MarketCap(Factor):
    """M = C x shares outstanding; small is better, the signal is -ln(M) (Fama and French, SMB)."""

    name = "market_cap"
    category = "size"
    unit = "currency"
    direction = -1
    inputs = ("line_market_cap",)

    def compute(self, panel: Panel) -> np.ndarray:
        return panel.line_market_cap.values

    def signal(self, value: np.ndarray) -> np.ndarray:
        return -np.log(value)


@register
class FreeFloat(Factor):
    """100 x free-float shares / shares outstanding."""

    name = "free_float"
    category = "size"
    unit = "%"
    inputs = ("free_float_shares", "shares_outstanding")

    def compute(self, panel: Panel) -> np.ndarray:
        floating, shares = (panel.figure(name).values for name in self.inputs)
        return 100.0 * ratio(floating, shares)
