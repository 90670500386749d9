"""How much the assets of a portfolio move together, and how far that spreads its risk."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.correlations import Correlations
from portfolio.calc.risk.contributions import volatility_contributions
from portfolio.calc.statistics.concentration import diversification_ratio, effective_assets


@dataclass(frozen=True)
class CorrelationSummary:
    """Over the pairs of different assets: plain ``average``, ``maximum`` and the ``pair`` (a < b) it is of; None
    without a known pair. ``known`` of ``pairs`` have a correlation.
    """

    average: float | None
    maximum: float | None
    pair: tuple[int, int] | None
    known: int
    pairs: int


@dataclass(frozen=True)
class Diversification:
    """``ratio`` sum(w sigma) / sigma_p; ``effective_assets`` 1 / sum(w^2); ``effective_risks`` 1 / sum(c^2), c the
    shares of the assets in the volatility: so many equal positions would hold, or risk, as much. None where undefined.
    """

    ratio: float | None
    effective_assets: float | None
    effective_risks: float | None


def correlation_summary(correlations: Correlations) -> CorrelationSummary:
    """Average and maximum over distinct pairs; pairs without a correlation are counted, not guessed."""
    first, second = np.triu_indices(len(correlations.coefficient), 1)
    found = correlations.coefficient[first, second]
    known = np.flatnonzero(~np.isnan(found))
    if not len(known):
        return CorrelationSummary(None, None, None, 0, len(found))
    best = known[np.argmax(found[known])]
    pair = int(first[best]), int(second[best])
    return CorrelationSummary(float(found[known].mean()), float(found[best]), pair, len(known), len(found))


def diversification_of(weights: np.ndarray, covariance: np.ndarray) -> Diversification:
    """Of ``weights`` [k], fractions, and the ``covariance`` [k, k] of returns; ValueError as there."""
    parts = volatility_contributions(weights, covariance)
    risks = None if parts is None else effective_assets(parts.percent / 100.0)
    return Diversification(diversification_ratio(weights, covariance), effective_assets(weights), risks)
