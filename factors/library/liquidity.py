"""How easily a position is bought and sold."""

import numpy as np

from factors.base import Factor, Reason, ratio
from factors.registry import register
from market.panel import Panel

YEAR = 252


@register
class Liquidity(Factor):
    """Mean trading value of the last 20 bars (C x V where the source gives none); the signal is its logarithm."""

    name = "liquidity"
    category = "liquidity"
    unit = "currency"
    lookback = min_bars = 20

    def compute(self, panel: Panel) -> np.ndarray:
        month = panel.over(20)
        return np.where(month.count(panel.trading_value) == 20, month.mean(panel.trading_value), np.nan)

    def signal(self, value: np.ndarray) -> np.ndarray:
        return np.log(value)

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        return np.full(panel.n, Reason.MISSING_FIELD, dtype=np.uint8)


@register
class TurnoverRate(Factor):
    """100 x V[t] / shares outstanding."""

    name = "turnover_rate"
    category = "liquidity"
    unit = "%"
    inputs = ("volume", "shares_outstanding")

    def compute(self, panel: Panel) -> np.ndarray:
        volume, shares = (panel.figure(name).values for name in self.inputs)
        return 100.0 * ratio(volume, shares)


@register
class AmihudIlliquidity(Factor):
    """1e6 x mean(|r_d| / trading value_d) over those of the last 252 bars with trading value > 0 (at least 60)."""

    name = "amihud_illiquidity"
    category = "liquidity"
    unit = "1e-6/currency"
    direction = -1
    lookback, min_bars = YEAR + 1, 127
    at_least = 60

    def compute(self, panel: Panel) -> np.ndarray:
        traded = np.where(panel.trading_value > 0, panel.trading_value, np.nan)
        impact, year = np.abs(panel.returns) / traded, panel.over(YEAR)
        return np.where(year.count(impact) >= self.at_least, 1e6 * year.mean(impact), np.nan)

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        unknown = panel.over(YEAR).count(panel.trading_value) == 0
        return np.where(unknown, Reason.MISSING_FIELD, Reason.INSUFFICIENT_HISTORY).astype(np.uint8)
