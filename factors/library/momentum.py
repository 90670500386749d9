"""What rises goes on rising, for a while: prices and earnings."""

import numpy as np

from factors.base import Factor, Reason
from factors.calc.series import newest_valid, std_rows
from factors.registry import register
from market.calc.windows import Window
from market.panel import Panel

YEAR = 252
MONTH = 21


class PriceReturn(Factor):
    """100 x (P[t - skip] / P[t - span] - 1)."""

    category = "momentum"
    unit = "%"
    span: int
    skip: int = 0

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * (panel.at(panel.close, self.skip) / panel.at(panel.close, self.span) - 1.0)


@register
class PriceMomentum12m(PriceReturn):
    """100 x (P[t-21] / P[t-252] - 1): the year's return without its last month (Jegadeesh and Titman)."""

    name = "price_momentum_12m"
    span, skip = YEAR, MONTH
    lookback = min_bars = 253


@register
class Momentum1m(PriceReturn):
    """100 x (P[t] / P[t-20] - 1)."""

    name = "momentum_1m"
    span = 20
    lookback = min_bars = 21


@register
class Momentum3m(PriceReturn):
    """100 x (P[t] / P[t-60] - 1)."""

    name = "momentum_3m"
    span = 60
    lookback = min_bars = 61


@register
class Momentum6m(PriceReturn):
    """100 x (P[t] / P[t-120] - 1)."""

    name = "momentum_6m"
    span = 120
    lookback = min_bars = 121


@register
class Momentum12m(PriceReturn):
    """100 x (P[t] / P[t-240] - 1)."""

    name = "momentum_12m"
    span = 240
    lookback = min_bars = 241


@register
class RsiMomentum(Factor):
    """Wilder's RSI(14) of P over the last 252 bars; 100 without losses, 50 without any change."""

    name = "rsi_momentum"
    category = "momentum"
    unit = "0-100"
    lookback, min_bars = YEAR, 15

    def compute(self, panel: Panel) -> np.ndarray:
        return panel.over(YEAR).wilder_rsi(panel.close, period=14)


@register
class FiftyTwoWeekHigh(Factor):
    """100 x P[t] / max(H over the last 252 bars) (George and Hwang)."""

    name = "fifty_two_week_high"
    category = "momentum"
    unit = "%"
    lookback, min_bars = YEAR, 126

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * panel.at(panel.close) / panel.over(YEAR).max(panel.high)


@register
class VolumeWeightedMomentum(Factor):
    """100 x sum(V_d r_d) / sum(V_d), d from t-251 to t-21: the mean daily return, weighted by shares traded."""

    name = "volume_weighted_momentum"
    category = "momentum"
    unit = "%/day"
    lookback = min_bars = 253

    def compute(self, panel: Panel) -> np.ndarray:
        weight = self._window(panel).sum(panel.volume)
        total = self._window(panel).sum(panel.volume * panel.returns)
        return np.where(weight > 0, 100.0 * total / weight, np.nan)

    @staticmethod
    def _window(panel: Panel) -> Window:
        return panel.over(YEAR - MONTH, skip=MONTH)  # t-251 to t-21

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        unknown = self._window(panel).count(panel.volume) == 0
        return np.where(unknown, Reason.MISSING_FIELD, Reason.NON_POSITIVE_DENOMINATOR).astype(np.uint8)


@register
class EarningsMomentum(Factor):
    """Standardised unexpected earnings: (EPS_q - EPS_q-4) / std of the last 8 such differences (at least 4)."""

    name = "earnings_momentum"
    category = "momentum"
    unit = "sigma"
    inputs = ("eps_ttm",)
    differences, at_least = 8, 4

    def compute(self, panel: Panel) -> np.ndarray:
        seasonal = panel.fundamentals.seasonal_differences("eps")
        last = newest_valid(seasonal, self.differences)
        count = (~np.isnan(last)).sum(axis=1)
        spread = np.where(count >= self.at_least, std_rows(last), np.nan)
        newest = seasonal[:, 0]  # the newest quarter must be the newest period end
        scale = 1e-12 * np.maximum(
            1.0, np.abs(np.where(count > 0, np.nansum(last, axis=1) / np.maximum(count, 1), 0.0))
        )
        return np.where(panel.fundamentals.is_stale | (spread <= scale), np.nan, newest / spread)

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        seasonal = panel.fundamentals.seasonal_differences("eps")
        few = (~np.isnan(seasonal)).sum(axis=1) < self.at_least
        known = ~np.isnan(panel.fundamentals.quarters("eps")).all(axis=1)
        stale = panel.fundamentals.is_stale & known
        lacking = np.where(np.isnan(seasonal[:, 0]), Reason.MISSING_FIELD, Reason.NON_POSITIVE_DENOMINATOR)
        result = np.where(stale, Reason.STALE_FUNDAMENTALS, np.where(known, lacking, Reason.MISSING_FIELD))
        return np.where(known & few, Reason.INSUFFICIENT_HISTORY, result).astype(np.uint8)
