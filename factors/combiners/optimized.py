"""The best Sharpe ratio of the past."""

from typing import Any

import numpy as np

from factors.combiners.from_returns import ZERO, FromReturns, NoWeights
from factors.combiners.registry import register_combiner


@register_combiner
class Optimized(FromReturns):
    """Weights with the highest mean/std of the factors' daily returns over the last 252 sessions, none negative, sum 1
    (SLSQP); equal weight where no mean is positive or the search fails.
    """

    name = "optimized"

    def weigh(self, returns: np.ndarray) -> np.ndarray:
        mean = returns.mean(axis=1)
        if not (mean > 0).any():
            raise NoWeights("no factor has a positive mean return")
        return max_sharpe(mean, np.cov(returns, ddof=1))


def max_sharpe(mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """argmax w'mean / sqrt(w'Cw), w >= 0, sum 1; NoWeights where a portfolio has no risk or SLSQP does not converge.

    Returns are scaled to a unit of risk first: the answer is the same, and the search well conditioned.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - a third of a second that most commands never need

    unit = float(np.sqrt(np.diag(covariance).mean()))
    if unit <= ZERO or (np.diag(covariance) <= (ZERO * unit) ** 2).any():
        raise NoWeights("a factor's returns do not vary")
    mean, covariance = mean / unit, covariance / unit**2

    def negative_sharpe(w: np.ndarray) -> tuple[float, np.ndarray]:
        gain, along = float(w @ mean), covariance @ w
        risk = float(np.sqrt(max(w @ along, ZERO)))
        return -gain / risk, -mean / risk + gain * along / risk**3

    count = len(mean)
    equal, best_alone = np.full(count, 1.0 / count), np.eye(count)[int(np.argmax(mean / np.sqrt(np.diag(covariance))))]
    search: dict[str, Any] = {
        "method": "SLSQP", "bounds": [(0.0, 1.0)] * count, "options": {"ftol": 1e-12, "maxiter": 500},
        "constraints": [{"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": lambda w: np.ones(count)}],
    }  # fmt: skip
    # Where the mean is positive the ratio has one peak only, so a search that starts there and succeeds has found it.
    for start in (equal, best_alone) if float(equal @ mean) > 0 else (best_alone,):
        found = minimize(negative_sharpe, start, jac=True, **search)
        if found.success and np.isfinite(found.x).all():
            break
    else:
        raise NoWeights(f"the optimiser failed: {found.message}")
    best = np.clip(found.x, 0.0, 1.0)
    best[best < 1e-9] = 0.0
    weights: np.ndarray = best / best.sum()
    return weights
