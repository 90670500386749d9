"""How much the returns scatter, and with what shape."""

import numpy as np

from portfolio.calc.statistics.moments import ANNUAL
from portfolio.calc.statistics.registry import statistic
from portfolio.calc.statistics.track import Track


@statistic("volatility", "%")
def volatility(track: Track) -> float | None:
    """100 x std(r) x sqrt(252), ddof 1."""
    return 100.0 * track.moments.std * ANNUAL


@statistic("downside_volatility", "%")
def downside_volatility(track: Track) -> float | None:
    """100 x sqrt(mean(min(r - rf, 0)^2)) x sqrt(252), the mean over all n returns."""
    below = np.minimum(track.excess, 0.0)
    return 100.0 * float(below @ below / len(below)) ** 0.5 * ANNUAL


@statistic("skewness", "ratio")
def skewness(track: Track) -> float | None:
    """Third standardised moment of the returns, of the population (m3 / m2^1.5); None without spread."""
    return track.moments.skewness


@statistic("kurtosis", "ratio")
def kurtosis(track: Track) -> float | None:
    """Excess kurtosis of the returns, of the population (m4 / m2^2 - 3), 0 for a normal one; None without spread."""
    return track.moments.kurtosis
