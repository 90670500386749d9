"""Cheap against dear: what one pays for earnings, assets and cash."""

import numpy as np

from factors.base import Factor, ratio
from factors.registry import register
from market.panel import Panel


class Valuation(Factor):
    """A price multiple: less is better, and the signal is its inverse, the yield."""

    category = "value"
    unit = "ratio"
    direction = -1

    def signal(self, value: np.ndarray) -> np.ndarray:
        return 1.0 / value


@register
class PeRatio(Valuation):
    """M / net income (TTM) where net income > 0; where M or net income is missing, C / EPS (TTM) where EPS > 0."""

    name = "pe_ratio"
    inputs = ("market_cap", "net_income_ttm")
    fallback = ("close", "eps_ttm")

    def compute(self, panel: Panel) -> np.ndarray:
        return _multiple(panel, self.inputs, self.fallback)


@register
class PbRatio(Valuation):
    """M / total equity where equity > 0; where M or equity is missing, C / book value per share where that is > 0."""

    name = "pb_ratio"
    inputs = ("market_cap", "total_equity")
    fallback = ("close", "book_value_per_share")

    def compute(self, panel: Panel) -> np.ndarray:
        return _multiple(panel, self.inputs, self.fallback)


def _multiple(panel: Panel, company: tuple[str, ...], per_share: tuple[str, ...]) -> np.ndarray:
    """Company value over company figure; per share where either of those is missing."""
    price, figure = (panel.figure(name).values for name in company)
    share_price, share_figure = (panel.figure(name).values for name in per_share)
    unknown = np.isnan(price) | np.isnan(figure)
    return np.where(unknown, ratio(share_price, share_figure), ratio(price, figure))


@register
class EvToEbitda(Valuation):
    """(M + total debt - cash) / EBITDA (TTM), where EBITDA and enterprise value are > 0."""

    name = "ev_to_ebitda"
    inputs = ("market_cap", "total_debt", "cash", "ebitda_ttm")

    def compute(self, panel: Panel) -> np.ndarray:
        market_cap, debt, cash, ebitda = (panel.figure(name).values for name in self.inputs)
        enterprise_value = market_cap + debt - cash
        return np.where(enterprise_value > 0, ratio(enterprise_value, ebitda), np.nan)


@register
class DividendYield(Factor):
    """100 x dividends per share (TTM) / C."""

    name = "dividend_yield"
    category = "value"
    unit = "%"
    inputs = ("dividends_per_share_ttm", "close")

    def compute(self, panel: Panel) -> np.ndarray:
        dividends, close = (panel.figure(name).values for name in self.inputs)
        return 100.0 * ratio(dividends, close)


@register
class FcfYield(Factor):
    """100 x (operating cash flow - capital expenditure, both TTM) / M."""

    name = "fcf_yield"
    category = "value"
    unit = "%"
    inputs = ("operating_cash_flow_ttm", "capital_expenditure_ttm", "market_cap")

    def compute(self, panel: Panel) -> np.ndarray:
        operating, capital_expenditure, market_cap = (panel.figure(name).values for name in self.inputs)
        return 100.0 * ratio(operating - capital_expenditure, market_cap)
