"""What is believed about returns: means and covariances of one session."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from market.calc.windows import ZERO

SESSIONS = 252  # a year
FEWEST = 20  # returns


@dataclass(frozen=True)
class Estimates:
    """``mean`` float64 [k] and ``covariance`` [k, k] of the returns of a session (fractions), of which a year has 252,
    in the order of ``assets``.

    ``returns`` [n, k] that they came from, for methods that cluster.
    """

    assets: tuple[str, ...]
    mean: np.ndarray
    covariance: np.ndarray
    returns: np.ndarray

    def __post_init__(self) -> None:
        count = len(self.assets)
        if not count or len(set(self.assets)) < count:
            raise ValueError("assets: at least one, and none twice")
        if self.mean.shape != (count,) or self.covariance.shape != (count, count):
            raise ValueError(f"{count} assets need as many means and a covariance of as many rows and columns")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise ValueError("a mean or covariance is missing or infinite")


def estimate(assets: Sequence[str], returns: np.ndarray, pace: float = 1.0) -> Estimates:
    """Estimates from ``returns`` float64 [n, k] of n sessions: sample means, Ledoit-Wolf (2004) covariance. ``pace``:
    so many of these returns there are for a session (``common_pace``); below 1 they span more than one.

    ValueError for fewer than 20 sessions, a return that is missing or infinite, or an asset whose returns do not vary.
    """
    from sklearn.covariance import ledoit_wolf_shrinkage  # noqa: PLC0415 - half a second most work never needs

    table = np.asarray(returns, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(assets):
        raise ValueError(f"returns: one column for each of {len(assets)} assets is needed, found shape {table.shape}")
    if len(table) < FEWEST:
        raise ValueError(f"returns: {len(table)} sessions are fewer than {FEWEST}")
    _refuse(~np.asarray(np.isfinite(table).all(axis=0)), assets, "has a missing or infinite return")
    mean = table.mean(axis=0)
    centred = table - mean
    _refuse(np.asarray(table.max(axis=0) - table.min(axis=0) <= ZERO), assets, "has returns that do not vary")
    sample = centred.T @ centred / len(table)
    part = float(ledoit_wolf_shrinkage(centred, assume_centered=True))
    shrunk = (1.0 - part) * sample + part * np.trace(sample) / len(sample) * np.eye(len(sample))
    return Estimates(tuple(assets), pace * mean, np.asarray(pace * shrunk), table)


def session_rate(annual: float) -> float:
    """``annual`` percent as the rate of one session, compounded: (1 + a)^(1/252) - 1 (FORMULAS.md section 4)."""
    return float((1.0 + annual / 100.0) ** (1.0 / SESSIONS) - 1.0)


def _refuse(wrong: np.ndarray, assets: Sequence[str], why: str) -> None:
    if wrong.any():
        names = [name for name, bad in zip(assets, wrong, strict=True) if bad]
        raise ValueError(f"returns: {', '.join(names)} {why}")
