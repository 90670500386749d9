"""How well a company earns, and how sound its accounts are."""

import numpy as np

from factors.base import Factor, Reason, ratio
from factors.calc.series import newest_valid, std_rows
from factors.registry import register
from market.panel import Panel


class PercentOf(Factor):
    """100 x first input / second input, where the second is > 0."""

    category = "quality"
    unit = "%"

    def compute(self, panel: Panel) -> np.ndarray:
        part, whole = (panel.figure(name).values for name in self.inputs)
        return 100.0 * ratio(part, whole)


@register
class Roe(PercentOf):
    """Return on equity: 100 x net income (TTM) / total equity, equity > 0."""

    name = "roe"
    inputs = ("net_income_ttm", "total_equity")


@register
class Roa(PercentOf):
    """Return on assets: 100 x net income (TTM) / total assets."""

    name = "roa"
    inputs = ("net_income_ttm", "total_assets")


@register
class ProfitMargin(PercentOf):
    """100 x net income (TTM) / revenue (TTM), revenue > 0."""

    name = "profit_margin"
    inputs = ("net_income_ttm", "revenue_ttm")


@register
class OperatingProfitability(PercentOf):
    """100 x operating income (TTM) / total equity, equity > 0 (Fama and French, RMW)."""

    name = "operating_profitability"
    inputs = ("operating_income_ttm", "total_equity")


@register
class DebtToEquity(Factor):
    """Total debt / total equity, equity > 0."""

    name = "debt_to_equity"
    category = "quality"
    unit = "ratio"
    direction = -1
    inputs = ("total_debt", "total_equity")

    def compute(self, panel: Panel) -> np.ndarray:
        debt, equity = (panel.figure(name).values for name in self.inputs)
        return ratio(debt, equity)


@register
class EarningsQuality(Factor):
    """Accruals: 100 x (net income - operating cash flow, both TTM) / total assets (Sloan)."""

    name = "earnings_quality"
    category = "quality"
    unit = "%"
    direction = -1
    inputs = ("net_income_ttm", "operating_cash_flow_ttm", "total_assets")

    def compute(self, panel: Panel) -> np.ndarray:
        income, cash_flow, assets = (panel.figure(name).values for name in self.inputs)
        return 100.0 * ratio(income - cash_flow, assets)


@register
class CashFlowQuality(Factor):
    """Operating cash flow (TTM) / net income (TTM), net income > 0."""

    name = "cash_flow_quality"
    category = "quality"
    unit = "ratio"
    inputs = ("operating_cash_flow_ttm", "net_income_ttm")

    def compute(self, panel: Panel) -> np.ndarray:
        cash_flow, income = (panel.figure(name).values for name in self.inputs)
        return ratio(cash_flow, income)


@register
class MarginStability(Factor):
    """Standard deviation of the last 8 quarterly net margins (at least 4), in percent points; revenue > 0."""

    name = "margin_stability"
    category = "quality"
    unit = "pp"
    direction = -1
    inputs = ("net_income_ttm", "revenue_ttm")
    quarters, at_least = 8, 4

    def compute(self, panel: Panel) -> np.ndarray:
        margins = self._margins(panel)
        last = newest_valid(margins, self.quarters)
        enough = (~np.isnan(last)).sum(axis=1) >= self.at_least
        return np.where(enough & ~panel.fundamentals.is_outdated(margins), std_rows(last), np.nan)

    @staticmethod
    def _margins(panel: Panel) -> np.ndarray:
        """Quarterly net margins in percent, float [N, K], newest first."""
        income, revenue = panel.fundamentals.quarters("net_income"), panel.fundamentals.quarters("revenue")
        return 100.0 * ratio(income, revenue)

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        count = (~np.isnan(self._margins(panel))).sum(axis=1)
        few = np.where(count < self.at_least, Reason.INSUFFICIENT_HISTORY, Reason.STALE_FUNDAMENTALS)
        return np.where(count > 0, few, Reason.MISSING_FIELD).astype(np.uint8)
