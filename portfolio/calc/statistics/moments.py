"""Mean, spread and shape of a set of returns, and when a number counts as zero."""

from typing import NamedTuple

import numpy as np

from market.calc.windows import ZERO

SESSIONS_A_YEAR = 252
ANNUAL = SESSIONS_A_YEAR**0.5  # a standard deviation per session times this is one per year


class Moments(NamedTuple):
    """Of returns [n], n >= 2. ``std`` has ddof 1 and is exactly 0 where it is rounding. ``skewness`` and ``kurtosis``
    (excess) are those of the population (g1, g2), None without any spread.
    """

    mean: float
    std: float
    skewness: float | None
    kurtosis: float | None


def moments_of(returns: np.ndarray) -> Moments:
    """Moments of ``returns`` [n], fractions."""
    mean = float(returns.mean())
    distance = returns - mean
    squares = distance * distance
    std = spread(float(squares.sum()), len(returns), mean)
    if std == 0.0:
        return Moments(mean, 0.0, None, None)
    second = float(squares.mean())
    third, fourth = float((squares * distance).mean()), float((squares * squares).mean())
    return Moments(mean, std, third / (second * second**0.5), fourth / (second * second) - 3.0)


def spread(squares: float, count: int, mean: float) -> float:
    """Standard deviation (ddof 1) from the sum of squared distances; 0 up to 1e-12 x max(1, |mean|): rounding."""
    std = (squares / (count - 1)) ** 0.5
    return 0.0 if std <= ZERO * max(1.0, abs(mean)) else std


def ratio(numerator: float, denominator: float) -> float | None:
    """The quotient; None where the denominator is zero: up to 1e-12, returns being parts of 1."""
    return None if abs(denominator) <= ZERO else numerator / denominator


def annual_ratio(figures: np.ndarray) -> float | None:
    """mean / std x sqrt(252) of figures per session [n], n >= 2; None without spread."""
    mean = float(figures.mean())
    std = spread(float(np.square(figures - mean).sum()), len(figures), mean)
    return ratio(mean * ANNUAL, std)
