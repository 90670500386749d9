"""Did the losses exceed the VaR as often as it said, and not in clusters? Likelihood-ratio tests.

Kupiec, Techniques for Verifying the Accuracy of Risk Measurement Models (1995): proportion of failures. Christoffersen,
Evaluating Interval Forecasts (1998): independence, and both together as conditional coverage.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, xlogy


@dataclass(frozen=True)
class LikelihoodRatio:
    """A statistic that is chi-squared when the VaR is right, and the probability of one at least as large."""

    statistic: float
    p_value: float


@dataclass(frozen=True)
class VarBacktest:
    """``sessions`` with a forecast, ``exceptions`` among them: r < -VaR; ``expected`` = share x sessions.

    ``failures``: Kupiec, 1 degree of freedom. ``independence``: Christoffersen, 1, None with fewer than two sessions;
    ``coverage``: the two added, 2. A p-value below 0.05 speaks against the VaR.
    """

    sessions: int
    exceptions: int
    expected: float
    failures: LikelihoodRatio
    independence: LikelihoodRatio | None
    coverage: LikelihoodRatio | None


def backtest_var(returns: np.ndarray, forecasts: np.ndarray, share: float = 0.05) -> VarBacktest | None:
    """The tests of ``forecasts`` (percent, positive is a loss, NaN: none) of ``returns`` (fractions), float [n] each.

    ``share`` of sessions that may exceed the VaR: 0.05 for VaR 95. None without a session that has both. ValueError
    when lengths differ or the share is not between 0 and 1. Sessions without both are left out and join their
    neighbours.
    """
    earned, limit = np.asarray(returns, dtype=np.float64), np.asarray(forecasts, dtype=np.float64)
    if earned.shape != limit.shape or earned.ndim != 1:
        raise ValueError(f"one forecast per return is needed: {limit.shape} against {earned.shape}")
    if not 0.0 < share < 1.0:
        raise ValueError(f"the share of the tail must be between 0 and 1, not {share}")
    known = ~(np.isnan(earned) | np.isnan(limit))
    exceeded = 100.0 * earned[known] < -limit[known]
    if not len(exceeded):
        return None
    sessions, exceptions = len(exceeded), int(exceeded.sum())
    failures = proportion_of_failures(sessions, exceptions, share)
    independence = exceptions_are_independent(exceeded)
    coverage = None if independence is None else _tested(failures.statistic + independence.statistic, degrees=2)
    return VarBacktest(sessions, exceptions, share * sessions, failures, independence, coverage)


def proportion_of_failures(sessions: int, exceptions: int, share: float) -> LikelihoodRatio:
    """Kupiec: 2 x (log-likelihood of the observed share of exceptions - that of ``share``)."""
    observed = exceptions / sessions
    return _tested(2 * (_likelihood(sessions, exceptions, observed) - _likelihood(sessions, exceptions, share)), 1)


def exceptions_are_independent(exceeded: np.ndarray) -> LikelihoodRatio | None:
    """Christoffersen: 2 x (log-likelihood of a share of exceptions that differs after an exception - that of one share)
    over the sessions that have one before. ``exceeded`` bool [n]; None for fewer than two.
    """
    before, after = exceeded[:-1], exceeded[1:]
    if not len(after):
        return None
    one_share = _best_likelihood(after)
    two_shares = _best_likelihood(after[before]) + _best_likelihood(after[~before])
    return _tested(2 * (two_shares - one_share), 1)


def _best_likelihood(exceeded: np.ndarray) -> float:
    count = len(exceeded)
    return _likelihood(count, int(exceeded.sum()), float(exceeded.mean())) if count else 0.0


def _likelihood(sessions: int, exceptions: int, share: float) -> float:
    """Logarithm of share^x (1 - share)^(n - x), 0^0 being 1."""
    return float(xlogy(exceptions, share) + xlogy(sessions - exceptions, 1.0 - share))


def _tested(statistic: float, degrees: int) -> LikelihoodRatio:
    above = max(statistic, 0.0)  # below only by rounding
    return LikelihoodRatio(above, float(chdtrc(degrees, above)))
