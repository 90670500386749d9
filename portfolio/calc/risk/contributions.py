"""What each asset adds to the portfolio's risk: parts that sum to the whole (Euler allocation).

The portfolio is today's weights held over all sessions. Weights are fractions taken as given; what they leave of 1 is
cash without risk. Source: Litterman, Hot Spots and Hedges (1996); Tasche, Risk Contributions and Performance
Measurement (1999).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.risk.weights import known_covariance, known_returns, known_weights
from portfolio.calc.statistics.moments import ANNUAL


@dataclass(frozen=True)
class Contributions:
    """``total``, percent; by asset, float64 [k]: ``marginal``, percent of risk per 1 of weight; ``component`` = weight
    x marginal, percent, summing to ``total``; ``percent`` = 100 x component / total, summing to 100, NaN for a total of
    zero. A hedge has negative parts.
    """

    total: float
    marginal: np.ndarray
    component: np.ndarray
    percent: np.ndarray


def volatility_contributions(weights: np.ndarray, covariance: np.ndarray) -> Contributions | None:
    """Parts of 100 x sqrt(w' S w) x sqrt(252), volatility a year; marginal = 100 x (S w) / sqrt(w' S w) x sqrt(252).

    ``weights`` [k], ``covariance`` S [k, k] of the returns of a session. None where the portfolio has no volatility: a
    variance up to 1e-12 of (sum |w| sigma)^2. ValueError for what is missing or does not fit.
    """
    table = known_covariance(covariance)
    held = known_weights(weights, len(table))
    shared = table @ held
    std = _portfolio_std(held, table)
    return None if std is None else _contributions(held, 100.0 * ANNUAL * shared / std)


def normal_var_contributions(weights: np.ndarray, returns: np.ndarray, share: float = 0.05) -> Contributions | None:
    """Parts of the normal VaR of a session, -100 x (mean + z std) of w' r, z the normal quantile of ``share``.

    marginal_i = -100 x (mean_i + z (S w)_i / std). ``returns`` [n, k] fractions; sessions on which one is missing (NaN)
    are left out. None where the portfolio has no volatility.
    """
    rows = known_returns(returns)
    held = known_weights(weights, rows.shape[1])
    table = np.atleast_2d(np.cov(rows, rowvar=False))
    std = _portfolio_std(held, table)
    if std is None:
        return None
    z = NormalDist().inv_cdf(_tail(share))
    return _contributions(held, -100.0 * (rows.mean(axis=0) + z * (table @ held) / std))


def cvar_contributions(weights: np.ndarray, returns: np.ndarray, share: float = 0.05) -> Contributions:
    """Parts of the historical CVaR of a session: marginal_i = -100 x mean of r_i over the sessions on which w' r is at
    or below its linear quantile of ``share``. Sessions as above.
    """
    rows = known_returns(returns)
    held = known_weights(weights, rows.shape[1])
    earned = rows @ held
    tail = earned <= np.quantile(earned, _tail(share)) + ZERO
    return _contributions(held, -100.0 * rows[tail].mean(axis=0))


def _contributions(weights: np.ndarray, marginal: np.ndarray) -> Contributions:
    component = weights * marginal
    total = float(component.sum())
    is_zero = abs(total) <= ZERO * max(1.0, float(np.abs(component).sum()))
    percent = np.full(len(weights), np.nan) if is_zero else 100.0 * component / total
    return Contributions(total, marginal, component, percent)


def _portfolio_std(weights: np.ndarray, covariance: np.ndarray) -> float | None:
    variance = float(weights @ covariance @ weights)
    sigma = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    # relative to what the positions would have without any diversification, and never below rounding of returns
    floor = max(ZERO * float(np.abs(weights) @ sigma) ** 2, ZERO**2)
    return None if variance <= floor else variance**0.5


def _tail(share: float) -> float:
    if not 0.0 < share < 1.0:
        raise ValueError(f"the share of the tail must be between 0 and 1, not {share}")
    return share
