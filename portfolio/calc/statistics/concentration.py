"""How few positions a portfolio hangs on. Weights are fractions (0.25 is 25 %) and taken as given, not scaled to 1.

Weights or covariances that are missing, infinite or do not fit together are a ValueError.
"""

import numpy as np

from market.calc.windows import ZERO


def concentration(weights: np.ndarray) -> float | None:
    """Herfindahl-Hirschman index: sum of squared weights [k], 1 for a single position; None without positions."""
    known = _known(weights)
    return float(known @ known) if len(known) else None


def effective_assets(weights: np.ndarray) -> float | None:
    """1 / ``concentration``: so many equal positions would be as concentrated; None where that is zero."""
    index = concentration(weights)
    return None if index is None or index <= ZERO else 1.0 / index


def diversification_ratio(weights: np.ndarray, covariance: np.ndarray) -> float | None:
    """sum(w sigma) / sigma_p of ``weights`` [k] and the ``covariance`` [k, k] of returns; 1 for a single position.

    Choueifaty and Coignard (2008). None where the portfolio's variance is zero: up to 1e-12 of (sum |w| sigma)^2.
    """
    known, table = _known(weights), _known(covariance)
    if table.shape != (len(known), len(known)):
        raise ValueError(f"{len(known)} weights need a covariance of as many rows and columns, not {table.shape}")
    sigma = np.sqrt(np.maximum(np.diag(table), 0.0))
    variance = float(known @ table @ known)
    if variance <= ZERO * float(np.abs(known) @ sigma) ** 2:
        return None
    return float(known @ sigma) / variance**0.5


def _known(figures: np.ndarray) -> np.ndarray:
    found = np.asarray(figures, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueError("a weight or covariance is missing or infinite")
    return found
