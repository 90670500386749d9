"""How alike funds are, from the returns of what they hold today."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from market.calc.windows import ZERO

MINIMUM_COMMON = 20  # sessions two funds must have in common (section 7)


@dataclass(frozen=True)
class ExchangeCloses:
    """``close`` [T, N] on an exchange's own sessions ``day`` int [T], ascending, of the names ``column`` int [N]."""

    day: np.ndarray
    column: np.ndarray
    close: np.ndarray


def joint_returns(parts: Sequence[ExchangeCloses], columns: int, sessions: int) -> np.ndarray:
    """Daily returns [T, ``columns``] of names of several exchanges by date: the last ``sessions`` dates on which any of
    them has a session. NaN where a name has no close, or none on its exchange's session before.
    """
    days = np.unique(np.concatenate([part.day[1:] for part in parts] or [np.zeros(0, np.int32)]))[-sessions:]
    result = np.full((len(days), columns), np.nan)
    for part in parts:
        recent = int(np.searchsorted(part.day[1:], days[0])) if len(days) else 0
        before, close = part.close[recent:-1], part.close[recent + 1 :]
        change = np.divide(close, before, out=np.full(close.shape, np.nan), where=before > 0) - 1
        result[np.searchsorted(days, part.day[recent + 1 :])[:, None], part.column] = change
    return result


@dataclass(frozen=True)
class FundReturns:
    """``returns`` [T, F], fractions, NaN on sessions on which no name of the fund has one; ``coverage`` percent [F]:
    weight with a return over all weight, mean of the sessions.
    """

    returns: np.ndarray
    coverage: np.ndarray


def fund_returns(returns: np.ndarray, weight: np.ndarray) -> FundReturns:
    """Returns of funds from those of stocks ``returns`` [T, N] and ``weight`` [F, N] (percent, the same for all T).

    Each session the weights of the names that have a return are scaled to 1. Long holdings only: shorts (negative) and
    NaN weigh 0, since weights that nearly cancel cannot be scaled. A fund without a long weight is NaN throughout.
    """
    known = np.isfinite(returns)
    long = np.maximum(np.nan_to_num(weight), 0.0).T
    present = known.astype(np.float64) @ long
    earned = np.where(known, returns, 0.0) @ long
    result = np.divide(earned, present, out=np.full(present.shape, np.nan), where=present > 0)
    total, sessions = long.sum(axis=0), max(len(returns), 1)
    covered = 100.0 * present.sum(axis=0) / sessions
    return FundReturns(result, np.divide(covered, total, out=np.full(len(total), np.nan), where=total > 0))


def correlations(returns: np.ndarray, minimum: int = MINIMUM_COMMON) -> tuple[np.ndarray, np.ndarray]:
    """(Pearson correlation [F, F] of the columns of ``returns`` [T, F], common sessions int [F, F]).

    Each pair over the sessions both have. NaN with fewer than ``minimum`` of them, or where one does not vary over them
    (standard deviation <= 1e-12 x max(1, |mean|)); on the diagonal 1.
    """
    known = np.isfinite(returns)
    there = known.astype(np.float64)
    count = there.T @ there
    n = np.maximum(count, 1.0)
    mean = np.where(known, returns, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1.0)
    centred = np.where(known, returns - mean, 0.0)  # near the mean of every pair, so that little cancels below
    total = centred.T @ there  # [i, j]: sum of i over the sessions j has, too
    squares = np.maximum((centred**2).T @ there - total**2 / n, 0.0)
    spread = np.sqrt(squares / np.maximum(n - 1.0, 1.0))
    varies = spread > ZERO * np.maximum(1.0, np.abs(mean))[:, None]
    fine = varies & varies.T & (count >= max(minimum, 2))
    above = centred.T @ centred - total * total.T / n
    below = np.sqrt(squares * squares.T)
    result = np.divide(above, below, out=np.full(above.shape, np.nan), where=fine)
    result[np.diag_indices(len(result))] = np.where(np.diag(fine), 1.0, np.nan)
    return np.clip(result, -1.0, 1.0), count.astype(np.int64)
