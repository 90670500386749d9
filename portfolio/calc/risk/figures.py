"""What a portfolio risks, in figures: the columns of ``PortfolioRiskMetrics``."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from portfolio.calc.correlations import correlations, spanned_returns
from portfolio.calc.risk.diversification import CorrelationSummary, correlation_summary
from portfolio.calc.statistics import (
    Track,
    concentration,
    effective_assets,
    risk_level,
    statistics_of,
)

WINDOW = 252  # returns that VaR, CVaR and correlations look at
OF_RECORD = (
    "volatility", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "max_drawdown", "current_drawdown",
    "drawdown_duration",
)  # fmt: skip
OF_BENCHMARK = ("treynor_ratio",)
# Column -> statistic of the last returns.
TAILS = {
    f"var_{percent}_{kind}": f"var_{percent}_{kind}"
    for kind in ("1d", "1m", "1m_overlapping", "1d_normal", "1d_cornish_fisher")
    for percent in (95, 99)
} | {"cvar_95_1d": "cvar_95", "cvar_99_1d": "cvar_99"}


@dataclass(frozen=True)
class Positions:
    """``weights`` [k]: of what is held, fractions of the value; ``cash``: that of all cash; ``closes`` [T, k]: adjusted
    and in one currency, NaN without a bar.
    """

    weights: np.ndarray
    cash: float
    closes: np.ndarray

    @property
    def all_weights(self) -> np.ndarray:
        """Cash as one position of its own, unless there is none."""
        return np.r_[self.weights, self.cash] if self.cash else self.weights


def recent(track: Track, window: int = WINDOW) -> Track:
    """The last ``window`` returns of ``track``; all of them where there are fewer, and where all was lost before."""
    if track.sessions <= window or track.values[-window - 1] == 0.0:
        return track
    return Track(track.values[-window - 1 :], track.dates[-window - 1 :], risk_free=track.risk_free)


def tail_figures(track: Track, columns: Iterable[str] = TAILS) -> dict[str, float | None]:
    """VaR and CVaR by column of the table, of the last 252 returns of ``track``."""
    names = {column: TAILS[column] for column in columns}
    found = statistics_of(recent(track), names.values())
    return {column: found[name] for column, name in names.items()}


def held_correlations(closes: np.ndarray) -> CorrelationSummary:
    """Over the last 252 sessions of ``closes`` [T, k]: dates on which any of them has a close."""
    sessions = closes[(~np.isnan(closes)).any(axis=1)][-WINDOW - 1 :]
    return correlation_summary(correlations(spanned_returns(sessions).values))


def risk_figures(track: Track | None, compared: Track | None, positions: Positions) -> dict[str, float | str | None]:
    """By column of the table; None for what cannot be known. ``track``: the portfolio's own record, None without one;
    ``compared``: beside its benchmark; ``positions``: what it holds at the end.
    """
    figures: dict[str, float | str | None] = dict.fromkeys((*OF_RECORD, *OF_BENCHMARK, *TAILS))
    if track is not None:
        figures |= statistics_of(track, OF_RECORD) | tail_figures(track)
    if compared is not None:
        figures |= statistics_of(compared, OF_BENCHMARK)
    volatility = figures["volatility"]
    level = risk_level(volatility if isinstance(volatility, float) else None)
    together = held_correlations(positions.closes)
    return figures | {
        "risk_level": "" if level is None else level.value,
        "hhi": concentration(positions.all_weights),
        "effective_assets": effective_assets(positions.all_weights),
        "average_correlation": together.average,
        "max_correlation": together.maximum,
    }
