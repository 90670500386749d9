"""Effects of sessions made to add up over a longer time.

Returns compound, so daily effects do not add up to the return of a month. Carino's factors scale each session by its
logarithmic return over its return, so that they do: D. R. Carino, "Combining attribution effects over time", Journal of
Performance Measurement 3(4), 1999. No effect of one session changes the proportions of another's.
"""

import numpy as np

TINY = 1e-9  # below it the quotient of differences is rounding: its limit is taken


def log_slope(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """(ln(1 + upper) - ln(1 + lower)) / (upper - lower), its limit where they are equal; returns above -1."""
    ratio = (upper - lower) / (1.0 + lower)
    near = np.abs(ratio) < TINY
    slope = np.where(near, 1.0 - ratio / 2.0, np.log1p(ratio) / np.where(near, 1.0, ratio))
    return np.asarray(slope / (1.0 + lower))


def linked(effects: np.ndarray, returns: np.ndarray, against: np.ndarray, starts: np.ndarray) -> np.ndarray | None:
    """Effects of periods [P, K], whose sum over K is the difference of the compounded returns, from ``effects`` [T, K]
    of sessions, whose sum is ``returns`` - ``against`` (both [T], fractions). ``starts`` int [P] ascending: the first
    session of each period. None where a session lost everything: no logarithm tells how much a later one adds.
    """
    if np.any(returns <= -1.0) or np.any(against <= -1.0):
        return None
    scale = log_slope(returns, against)
    whole = log_slope(compounded(returns, starts), compounded(against, starts))
    sums = np.add.reduceat(effects * scale[:, None], starts, axis=0)
    return np.asarray(sums / whole[:, None])


def compounded(returns: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Returns of periods: float64 [P], fractions."""
    return np.asarray(np.multiply.reduceat(1.0 + returns, starts) - 1.0)


def period_starts(dates: np.ndarray, unit: str | None) -> np.ndarray:
    """The first session of each calendar period: ``unit`` "M" for months, "Y" for years, "Q" for quarters, "D" for
    sessions, None for all as one: int [P].
    """
    if unit is None:
        return np.zeros(1, np.int64)
    label = dates.astype("datetime64[M]").astype(np.int64) // 3 if unit == "Q" else dates.astype(f"datetime64[{unit}]")
    return np.r_[0, np.flatnonzero(label[1:] != label[:-1]) + 1]
