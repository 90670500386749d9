"""Returns to optimise on."""

import numpy as np

from portfolio.calc.optimisation import Estimates, estimate


def made_up(count: int, sessions: int = 756, seed: int = 1) -> np.ndarray:
    """Daily returns [sessions, count] of five factors and noise."""
    random = np.random.default_rng(seed)
    factors = random.normal(0.0004, 0.01, (sessions, 5))
    own = random.normal(0.0002, 0.015, (sessions, count))
    return factors @ random.normal(0.6, 0.4, (5, count)) + own


def names(count: int) -> list[str]:
    return [f"S{i:03d}" for i in range(count)]


def estimates_of(count: int, seed: int = 1) -> Estimates:
    return estimate(names(count), made_up(count, seed=seed))


def plain(mean: list[float], covariance: list[list[float]]) -> Estimates:
    """Annual figures as fractions, for sums by hand; assets A, B, C, ..."""
    count = len(mean)
    return Estimates(tuple("ABCDEFGH"[:count]), np.array(mean) / 252, np.array(covariance) / 252, np.zeros((0, count)))
