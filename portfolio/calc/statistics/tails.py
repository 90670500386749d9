"""What a bad day or month costs. Percent, positive is a loss; negative: even then something was earned.

Historical figures take the linear quantile of the returns; parametric ones follow from the mean and the standard
deviation (ddof 1) of the returns of one session.
"""

from statistics import NormalDist
from typing import TypeVar

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.statistics.registry import statistic
from portfolio.calc.statistics.track import MONTH, Track

F = TypeVar("F", float, np.ndarray)


def bent_quantile(share: float, skewness: F, kurtosis: F) -> F:
    """Cornish and Fisher's quantile: the normal one of ``share``, bent by skewness and excess kurtosis."""
    z = NormalDist().inv_cdf(share)
    return z + (z**2 - 1) * skewness / 6 + (z**3 - 3 * z) * kurtosis / 24 - (2 * z**3 - 5 * z) * skewness**2 / 36


def _quantile(ascending: np.ndarray, share: float) -> float:
    """As NumPy's: linear between the two neighbours of (n - 1) x share, ``ascending`` [n >= 2]."""
    place = (len(ascending) - 1) * share
    low, high = ascending[int(place) : int(place) + 2]
    return float(low + (place - int(place)) * (high - low))


def _var(track: Track, share: float) -> float:
    return -100.0 * _quantile(track.ascending, share)


def _var_month(track: Track, share: float) -> float | None:
    return -100.0 * _quantile(track.ascending_month, share) if len(track.ascending_month) > 1 else None


def _normal(track: Track, share: float) -> float:
    return -100.0 * (track.moments.mean + NormalDist().inv_cdf(share) * track.moments.std)


def _cornish_fisher(track: Track, share: float) -> float | None:
    mean, std, skewness, kurtosis = track.moments
    if skewness is None or kurtosis is None:
        return None
    return -100.0 * (mean + bent_quantile(share, skewness, kurtosis) * std)


def _cvar(track: Track, share: float) -> float:
    edge = _quantile(track.ascending, share)
    tail = track.ascending[: np.searchsorted(track.ascending, edge + ZERO, side="right")]
    return -100.0 * min(float(tail.mean()), edge)  # equal but for rounding is equal, and never above the edge


@statistic("var_95_1d", "%")
def var_95_1d(track: Track) -> float | None:
    """100 x -quantile(r, 0.05): the loss of a session that one in twenty exceeds."""
    return _var(track, 0.05)


@statistic("var_99_1d", "%")
def var_99_1d(track: Track) -> float | None:
    """100 x -quantile(r, 0.01)."""
    return _var(track, 0.01)


@statistic("var_95_1m", "%")
def var_95_1m(track: Track) -> float | None:
    """var_95_1d x sqrt(21), as if sessions were independent and without drift."""
    return _var(track, 0.05) * MONTH**0.5


@statistic("var_99_1m", "%")
def var_99_1m(track: Track) -> float | None:
    """var_99_1d x sqrt(21), as if sessions were independent and without drift."""
    return _var(track, 0.01) * MONTH**0.5


@statistic("var_95_1m_overlapping", "%")
def var_95_1m_overlapping(track: Track) -> float | None:
    """100 x -quantile(returns over 21 sessions from every session on, 0.05); None for fewer than two of them."""
    return _var_month(track, 0.05)


@statistic("var_99_1m_overlapping", "%")
def var_99_1m_overlapping(track: Track) -> float | None:
    """100 x -quantile(returns over 21 sessions from every session on, 0.01); None for fewer than two of them."""
    return _var_month(track, 0.01)


@statistic("var_95_1d_normal", "%")
def var_95_1d_normal(track: Track) -> float | None:
    """-100 x (mean + z std), z the normal quantile of 0.05."""
    return _normal(track, 0.05)


@statistic("var_99_1d_normal", "%")
def var_99_1d_normal(track: Track) -> float | None:
    """-100 x (mean + z std), z the normal quantile of 0.01."""
    return _normal(track, 0.01)


@statistic("var_95_1d_cornish_fisher", "%")
def var_95_1d_cornish_fisher(track: Track) -> float | None:
    """-100 x (mean + z' std), z' = z + (z^2-1) S/6 + (z^3-3z) K/24 - (2z^3-5z) S^2/36 of 0.05; None without spread.

    S skewness, K excess kurtosis. Cornish and Fisher (1937); z' is not monotone for extreme S and K (Maillard 2012).
    """
    return _cornish_fisher(track, 0.05)


@statistic("var_99_1d_cornish_fisher", "%")
def var_99_1d_cornish_fisher(track: Track) -> float | None:
    """As var_95_1d_cornish_fisher, of 0.01; None without spread."""
    return _cornish_fisher(track, 0.01)


@statistic("cvar_95", "%")
def cvar_95(track: Track) -> float | None:
    """-100 x mean of the returns at or below the quantile of 0.05 (expected shortfall of a session)."""
    return _cvar(track, 0.05)


@statistic("cvar_99", "%")
def cvar_99(track: Track) -> float | None:
    """-100 x mean of the returns at or below the quantile of 0.01 (expected shortfall of a session)."""
    return _cvar(track, 0.01)
