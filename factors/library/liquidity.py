"""How easily a position is bought and sold."""

import numpy as np

from factors.base import Factor, Reason, ratio
from factors.calc.series import window_sum
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
        return window_sum(panel.trading_value[-20:]) / 20.0

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
        value, used = self._traded(panel)
        impact = np.where(used, np.abs(panel.returns[-YEAR:]) / np.where(used, value, 1.0), 0.0)
        count = used.sum(axis=0)
        return np.where(count >= self.at_least, 1e6 * window_sum(impact) / np.maximum(count, 1), np.nan)

    @staticmethod
    def _traded(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
        value = panel.trading_value[1:][-YEAR:]
        return value, (value > 0) & ~np.isnan(panel.returns[-YEAR:])

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        unknown = np.isnan(panel.trading_value[-YEAR:]).all(axis=0)
        return np.where(unknown, Reason.MISSING_FIELD, Reason.INSUFFICIENT_HISTORY).astype(np.uint8)
