"""Everybody the same part of the risk."""

import numpy as np

from backtests.sizing.chosen import Chosen, Sized, shared
from backtests.sizing.registry import register_sizing

SESSIONS = 60  # of returns
FEWEST = 20  # returns, for a volatility
ZERO = 1e-12
STEPS = 200


class NoWeights(ValueError):
    """These returns give no risk parity; says why."""


@register_sizing("RISK_PARITY")
def risk_parity(chosen: Chosen) -> Sized:
    """Equal risk contributions on the Ledoit-Wolf covariance of the last 60 sessions' returns; inverse volatility where
    that fails.
    """
    returns = chosen.returns(SESSIONS)
    try:
        if len(returns) < SESSIONS or not np.isfinite(returns).all():
            raise NoWeights(f"a name has fewer than {SESSIONS} returns")
        return shared(equal_risk(covariance(returns)))
    except NoWeights as reason:
        return shared(inverse_volatility(returns), f"inverse volatility, since {reason}")


def covariance(returns: np.ndarray) -> np.ndarray:
    """Ledoit-Wolf (2004) shrinkage towards the mean variance: float64 [k, k] from returns [n, k] without NaN."""
    from sklearn.covariance import ledoit_wolf_shrinkage  # noqa: PLC0415 - half a second most backtests never need

    if (returns.std(axis=0) <= ZERO).any():
        raise NoWeights("a name's returns do not vary")
    centred = returns - returns.mean(axis=0)
    sample = centred.T @ centred / len(returns)
    # `ledoit_wolf` gives the same; it checks its input three times, which takes longer than to work.
    part = float(ledoit_wolf_shrinkage(centred, assume_centered=True))
    return np.asarray((1.0 - part) * sample + part * np.trace(sample) / len(sample) * np.eye(len(sample)))


def equal_risk(matrix: np.ndarray) -> np.ndarray:
    """Weights [k] of sum 1 whose risk contributions w (C w) are equal: the minimum of x'Cx/2 - sum(ln x)/k, which is
    convex, by damped Newton steps (Spinu 2013). NoWeights where they do not converge.
    """
    count = len(matrix)
    scaled = matrix * count / np.trace(matrix)
    x = 1.0 / np.sqrt(np.diag(scaled))
    x = x / np.sqrt(x @ scaled @ x)  # the best point in the direction of inverse volatility
    for _ in range(STEPS):
        slope = scaled @ x - 1.0 / (count * x)
        step = np.linalg.solve(scaled + np.diag(1.0 / (count * x**2)), slope)
        length = float(np.sqrt(max(slope @ step, 0.0) * count))  # Newton decrement: below 1 a full step is safe
        x = x - step / (1.0 + length if length > 0.25 else 1.0)
        if length < ZERO:
            return np.asarray(x / x.sum())
        if not np.isfinite(x).all():
            break
    raise NoWeights("the search for equal risk did not converge")


def inverse_volatility(returns: np.ndarray) -> np.ndarray:
    """1/std of each column's known returns; NaN with fewer than 20 of them or no variation: float64 [k]."""
    known = np.isfinite(returns)
    count = known.sum(axis=0)
    mean = np.where(known, returns, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, (returns - mean) ** 2, 0.0).sum(axis=0)
    deviation = np.sqrt(squares / np.maximum(count - 1, 1))
    usable = (count >= FEWEST) & (deviation > ZERO)
    return np.where(usable, 1.0 / np.where(usable, deviation, 1.0), np.nan)
