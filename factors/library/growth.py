"""Growth over a year, flow against flow, balance sheet against balance sheet."""

import numpy as np

from factors.base import Factor, ratio
from factors.registry import register
from market.panel import Panel


class Growth(Factor):
    """100 x (now / a year ago - 1), where the base is > 0."""

    category = "growth"
    unit = "%"

    def compute(self, panel: Panel) -> np.ndarray:
        now, base = (panel.figure(name).values for name in self.inputs)
        return 100.0 * (ratio(now, base) - 1.0)


@register
class RevenueGrowth(Growth):
    """100 x (revenue (TTM) / that of a year ago - 1), base > 0."""

    name = "revenue_growth"
    inputs = ("revenue_ttm", "revenue_ttm_year_ago")


@register
class EarningsGrowth(Growth):
    """100 x (net income (TTM) / that of a year ago - 1), base > 0."""

    name = "earnings_growth"
    inputs = ("net_income_ttm", "net_income_ttm_year_ago")


@register
class AssetGrowth(Growth):
    """100 x (total assets / a year ago - 1): less is better (Fama and French, CMA)."""

    name = "asset_growth"
    direction = -1
    inputs = ("total_assets", "total_assets_year_ago")
