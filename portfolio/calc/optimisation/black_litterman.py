"""What the market believes, bent by views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from portfolio.calc.optimisation.estimates import SESSIONS, Estimates, session_rate
from portfolio.calc.optimisation.proposal import RISK_FREE

LEAST_TRUST = 1e-12  # a confidence of zero: the view then says nothing


@dataclass(frozen=True)
class View:
    """The portfolio ``weights`` (1 for an asset alone; 1 and -1 for one against another) will return ``annual_return``
    percent a year, believed with a ``confidence`` from 0 (not at all) to 1 (certain).
    """

    weights: Mapping[str, float]
    annual_return: float
    confidence: float = 0.5


def black_litterman(
    estimates: Estimates,
    views: Sequence[View],
    *,
    market: Mapping[str, float],
    risk_aversion: float = 2.5,
    uncertainty: float = 0.05,
    risk_free: float = RISK_FREE,
) -> Estimates:
    """Estimates for any method, from ``market`` weights (percent by asset; only their proportions matter) and
    ``views``.

    Prior mean: risk-free rate + ``risk_aversion`` x covariance x market weights. ``uncertainty`` (tau) of the prior; a
    view's variance is (1/confidence - 1) x tau x p'Cp (Idzorek 2005), at 0.5 that of He and Litterman (1999). Means of
    ``estimates`` play no part. ValueError for unknown assets, empty views and confidences outside 0 to 1.
    """
    _check(estimates.assets, views, market)
    held = np.array([market.get(name, 0.0) for name in estimates.assets])
    if (held < 0).any() or not held.sum() > 0 or not (risk_aversion > 0 and uncertainty > 0):
        raise ValueError(
            "market, risk_aversion, uncertainty: weights must not be negative nor all zero, others above 0"
        )
    covariance, rate = estimates.covariance, session_rate(risk_free)
    prior = risk_aversion * covariance @ (held / held.sum())
    if not views:
        return replace(estimates, mean=prior + rate, covariance=(1.0 + uncertainty) * covariance)
    picks = np.array([[view.weights.get(name, 0.0) for name in estimates.assets] for view in views])
    # A view on one asset against another is about the difference, in which the risk-free rate cancels.
    told = np.array([view.annual_return / 100.0 / SESSIONS for view in views]) - rate * picks.sum(axis=1)
    doubt = np.array([1.0 / max(view.confidence, LEAST_TRUST) - 1.0 for view in views])
    spread = uncertainty * covariance @ picks.T
    own = picks @ spread
    inverse = np.linalg.pinv(own + np.diag(doubt * np.diag(own)), hermitian=True)
    mean = prior + spread @ inverse @ (told - picks @ prior)
    posterior = (1.0 + uncertainty) * covariance - spread @ inverse @ spread.T
    return replace(estimates, mean=mean + rate, covariance=(posterior + posterior.T) / 2.0)


def _check(assets: Sequence[str], views: Sequence[View], market: Mapping[str, float]) -> None:
    unknown = sorted({name for names in (market, *(view.weights for view in views)) for name in names} - set(assets))
    if unknown:
        raise ValueError(f"views, market: {', '.join(unknown)} is not among the assets")
    for place, view in enumerate(views, 1):
        if not any(view.weights.values()):
            raise ValueError(f"views: view {place} is about nothing")
        if not 0.0 <= view.confidence <= 1.0:
            raise ValueError(f"confidence: view {place} has {view.confidence}; it must be from 0 to 1")
