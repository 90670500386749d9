"""Against a benchmark, over the sessions on which both have a return."""

import numpy as np

from portfolio.calc.statistics.moments import ANNUAL, SESSIONS_A_YEAR, annual_ratio, ratio, spread
from portfolio.calc.statistics.registry import statistic
from portfolio.calc.statistics.track import Track


@statistic("beta", "ratio", needs_benchmark=True)
def beta(track: Track) -> float | None:
    """cov(r, b) / var(b), the slope of the regression (OLS) on the benchmark; None where that has no spread."""
    own, other = track.pairs
    distance = other - other.mean()
    squares = float(distance @ distance)
    if spread(squares, len(other), float(other.mean())) == 0.0:
        return None
    return float(distance @ (own - own.mean())) / squares


@statistic("alpha", "%", needs_benchmark=True)
def alpha(track: Track) -> float | None:
    """100 x 252 x the intercept of that regression, raw returns; None where there is no beta."""
    slope = beta(track)
    own, other = track.pairs
    return None if slope is None else 100.0 * SESSIONS_A_YEAR * (own.mean() - slope * other.mean())


@statistic("treynor_ratio", "fraction", needs_benchmark=True)
def treynor_ratio(track: Track) -> float | None:
    """mean(r - rf) x 252 / beta, a fraction (0.08 is 8 % a year per unit of beta); None for a beta of zero."""
    slope = beta(track)
    earned = (float(track.pairs.own.mean()) - track.risk_free_session) * SESSIONS_A_YEAR
    return None if slope is None else ratio(earned, slope)


@statistic("tracking_error", "%", needs_benchmark=True)
def tracking_error(track: Track) -> float | None:
    """100 x std(r - b) x sqrt(252), ddof 1."""
    active = track.pairs.own - track.pairs.benchmark
    mean = float(active.mean())
    return 100.0 * spread(float(np.square(active - mean).sum()), len(active), mean) * ANNUAL


@statistic("information_ratio", "ratio", needs_benchmark=True)
def information_ratio(track: Track) -> float | None:
    """mean(r - b) / std(r - b) x sqrt(252); None where they differ by a constant. Goodwin (1998)."""
    return annual_ratio(track.pairs.own - track.pairs.benchmark)


@statistic("benchmark_return", "%", needs_benchmark=True)
def benchmark_return(track: Track) -> float | None:
    """100 x (last level / first level - 1) of the benchmark, from the first date it has a level on to the last."""
    levels = _levels(track)
    return 100.0 * (levels[-1] / levels[0] - 1.0)


@statistic("excess_return", "%", needs_benchmark=True)
def excess_return(track: Track) -> float | None:
    """total_return less that of the benchmark, percent points, both from its first level to its last."""
    first, last = np.flatnonzero(~np.isnan(_all_levels(track)))[[0, -1]]
    levels = _levels(track)
    return 100.0 * (track.values[last] / track.values[first] - levels[-1] / levels[0])


def _all_levels(track: Track) -> np.ndarray:
    return np.zeros(0) if track.benchmark is None else track.benchmark


def _levels(track: Track) -> np.ndarray:
    levels = _all_levels(track)
    return levels[~np.isnan(levels)]
