"""Risk: the calm against the wild. Less is better throughout."""

import numpy as np

from factors.base import Factor, Reason
from factors.calc.risk import (
    downside_deviation,
    market_fit,
    max_drawdown,
    mean_of_worst,
    volatility,
)
from factors.registry import register
from market.panel import Panel

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
        return 100.0 * volatility(panel.returns[-60:]) * ANNUAL


@register
class MaxDrawdown252d(Risk):
    """100 x the deepest fall from a running maximum of P over the last 252 bars."""

    name = "max_drawdown_252d"
    lookback, min_bars = YEAR, 126

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * max_drawdown(panel.close[-YEAR:])


@register
class DownsideDeviation(Risk):
    """100 x sqrt(mean(min(r, 0)^2)) x sqrt(252) over the last 252 r, mean over all of them."""

    name = "downside_deviation"

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * downside_deviation(panel.returns[-YEAR:]) * ANNUAL


@register
class Cvar95(Risk):
    """-100 x mean of the ceil(n / 20) lowest of the last 252 r."""

    name = "cvar_95"

    def compute(self, panel: Panel) -> np.ndarray:
        return -100.0 * mean_of_worst(panel.returns[-YEAR:], one_in=20)


class AgainstIndex(Risk):
    """A regression of r on the returns of the region's index, between consecutive dates that both have.

    The last 252 such returns, at least 126, the last common date among the region's last 5 sessions. Reads a few
    bars more than 253, since a date without an index close is left out.
    """

    lookback = YEAR + 1 + 7

    def fit(self, panel: Panel) -> tuple[np.ndarray, np.ndarray]:
        """(beta, idiosyncratic standard deviation per day), float [N], NaN where the rules above are not met."""
        close, index, days = panel.with_index
        beta, residual, count = panel.once("fit", lambda: market_fit(close[-YEAR - 1 :], index[-YEAR - 1 :]))
        oldest = panel.recent_sessions[0] if len(panel.recent_sessions) else 0
        usable = (count >= ENOUGH) & (days[-1] >= oldest)
        return np.where(usable, beta, np.nan), np.where(usable, residual, np.nan)

    def reasons(self, panel: Panel, value: np.ndarray) -> np.ndarray:
        close, _, days = panel.with_index
        few = np.isfinite(close).sum(axis=0) <= ENOUGH
        oldest = panel.recent_sessions[0] if len(panel.recent_sessions) else 0
        if not len(panel.index_days) or panel.index_days[-1] < oldest:
            return np.full(panel.n, Reason.MISSING_FIELD, dtype=np.uint8)
        other = np.where(days[-1] < oldest, Reason.MISSING_FIELD, Reason.NON_POSITIVE_DENOMINATOR)
        return np.where(few, Reason.INSUFFICIENT_HISTORY, other).astype(np.uint8)


@register
class Beta(AgainstIndex):
    """cov(r, r_index) / var(r_index) over the last 252 returns between dates common with the region's index."""

    name = "beta"
    unit = "ratio"

    def compute(self, panel: Panel) -> np.ndarray:
        return self.fit(panel)[0]


@register
class IdiosyncraticVolatility(AgainstIndex):
    """100 x std of the residuals of r on r_index (OLS with intercept) x sqrt(252), over the same returns as beta."""

    name = "idiosyncratic_volatility"

    def compute(self, panel: Panel) -> np.ndarray:
        return 100.0 * self.fit(panel)[1] * ANNUAL
