"""Risk: the calm against the wild. Less is better throughout."""

import numpy as np

from factors.base import Factor, Reason
from factors.registry import register
from market.panel import IndexFit, Panel

YEAR = 252
ENOUGH = 126  # returns
ANNUAL = np.sqrt(252.0)


class Risk(Factor):
    """A risk measure in percent."""

    category = "low_volatility"
    unit = "%"
    direction = -1
    lookback, min_bars = YEAR + 1, ENOUGH + 1


@register
class Volatility60d(Risk):
    """100 x std(last 60 r) x sqrt(252)."""

    name = "volatility_60d"
    lookback = min_bars = 61

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * panel.over(60).std(panel.returns) * ANNUAL


@register
class MaxDrawdown252d(Risk):
    """100 x the deepest fall from a running maximum of P over the last 252 bars."""

    name = "max_drawdown_252d"
    lookback, min_bars = YEAR, 126

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * panel.over(YEAR).drawdown(panel.close)


@register
class DownsideDeviation(Risk):
    """100 x sqrt(mean(min(r, 0)^2)) x sqrt(252) over the last 252 r, mean over all of them."""

    name = "downside_deviation"

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * np.sqrt(panel.over(YEAR).mean(np.minimum(panel.returns, 0.0) ** 2)) * ANNUAL


@register
class Cvar95(Risk):
    """-100 x mean of the ceil(n / 20) lowest of the last 252 r."""

    name = "cvar_95"

    def compute(self, panel: Panel) -> np.ndarray:
        return -100.0 * panel.over(YEAR).mean_of_lowest(panel.returns, one_in=20)


class AgainstIndex(Risk):
    """A regression of r on the returns of the region's index, between consecutive dates that both have.

    The last 252 such returns, at least 126, the last common date among the region's last 5 sessions. Reads a few
    bars more than 253, since a date without an index close is left out.
    """

    lookback = YEAR + 1 + 7

    def fit(self, panel: Panel) -> IndexFit:
        return panel.against_index(window=YEAR, bars=self.lookback)

    def enough(self, panel: Panel) -> np.ndarray:
        """Where the rules above are met, bool [n]."""
        fit = self.fit(panel)
        return (fit.count >= ENOUGH) & fit.is_recent

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        fit = self.fit(panel)
        other = np.where(fit.is_recent, Reason.NON_POSITIVE_DENOMINATOR, Reason.MISSING_FIELD)
        code = np.where(fit.count < ENOUGH, Reason.INSUFFICIENT_HISTORY, other)
        return np.where(fit.index_is_recent, code, Reason.MISSING_FIELD).astype(np.uint8)


@register
class Beta(AgainstIndex):
    """cov(r, r_index) / var(r_index) over the last 252 returns between dates common with the region's index."""

    name = "beta"
    unit = "ratio"

    def compute(self, panel: Panel) -> np.ndarray:
        return np.where(self.enough(panel), self.fit(panel).beta, np.nan)


@register
class IdiosyncraticVolatility(AgainstIndex):
    """100 x std of the residuals of r on r_index (OLS with intercept) x sqrt(252), over the same returns as beta."""

    name = "idiosyncratic_volatility"

    def compute(self, panel: Panel) -> np.ndarray:
        return np.where(self.enough(panel), 100.0 * self.fit(panel).residual * ANNUAL, np.nan)
