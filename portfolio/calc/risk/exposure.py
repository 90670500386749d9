"""Factor exposure of a portfolio: the weighted mean of its assets' scores, and how much of it that speaks for."""

from dataclasses import dataclass

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.risk.weights import known_weights


@dataclass(frozen=True)
class FactorExposures:
    """By factor, float64 [F]. ``exposure`` = sum(w s) / sum(w) over the assets with a score, in units of the scores;
    ``covered``, ``uncovered`` percent of sum |w| with and without a score. ``parts`` [k, F]: what each asset adds to
    the exposure, 0 without a score. NaN exposure and parts where the covered weights sum to zero.
    """

    exposure: np.ndarray
    covered: np.ndarray
    uncovered: np.ndarray
    parts: np.ndarray


def factor_exposures(weights: np.ndarray, scores: np.ndarray) -> FactorExposures:
    """Exposures of ``weights`` [k], fractions as given, to factors with ``scores`` [k, F] (NaN: no score).

    Cash and assets without scores belong in ``weights`` with a row of NaN, so that they count as uncovered. ValueError
    for an infinite score or what does not fit.
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or np.isinf(table).any():
        raise ValueError("scores must be finite, a row per asset and a column per factor")
    held = known_weights(weights, len(table))[:, None]
    known = ~np.isnan(table)
    net, gross = (known * held).sum(axis=0), (known * np.abs(held)).sum(axis=0)
    whole = float(np.abs(held).sum())
    usable = np.abs(net) > ZERO * max(1.0, whole)
    parts = np.where(known, held * np.where(known, table, 0.0), 0.0) / np.where(usable, net, np.nan)
    covered = 100.0 * gross / whole if whole > 0 else np.full(len(net), np.nan)
    return FactorExposures(parts.sum(axis=0), covered, 100.0 - covered, parts)
