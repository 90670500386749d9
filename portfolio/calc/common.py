"""Series of several assets, or of a portfolio and its benchmark, brought to the dates that all of them have."""

from dataclasses import dataclass

import numpy as np

from portfolio.calc.correlations import ENOUGH
from portfolio.calc.statistics import Track


@dataclass(frozen=True)
class CommonReturns:
    """``values`` float64 [n, k]: returns between consecutive dates on which all of the k assets have a close; ``rows``
    int [n + 1]: those dates, ``columns`` int [k]: those assets, ascending; ``left_out`` int: the others.
    """

    values: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    left_out: np.ndarray


def common_returns(closes: np.ndarray, fewest: int = ENOUGH) -> CommonReturns:
    """Of adjusted ``closes`` float64 [T, N], NaN without one. Left out are assets with fewer than ``fewest`` returns
    of their own, then, until so many are common, the asset with the fewest closes (of equals the last).
    """
    known = ~np.isnan(closes)
    columns = np.flatnonzero(known.sum(axis=0) > fewest)
    rows = np.flatnonzero(known[:, columns].all(axis=1))
    while len(columns) > 1 and len(rows) <= fewest:
        count = known[:, columns].sum(axis=0)
        columns = np.delete(columns, len(count) - 1 - int(np.argmin(count[::-1])))
        rows = np.flatnonzero(known[:, columns].all(axis=1))
    if not len(columns):
        rows = rows[:0]
    shared = closes[np.ix_(rows, columns)]
    left_out = np.setdiff1d(np.arange(closes.shape[1]), columns)
    return CommonReturns(shared[1:] / shared[:-1] - 1.0, rows, columns, left_out)


def common_pace(closes: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> float:
    """How many common returns there are for one of the asset that trades most: 1 where nobody misses a date of it, less
    where exchanges close on different days, and a common return spans more than a session then. A year has 252 times so
    many. ``closes`` [T, N], NaN without one; ``rows`` [n + 1], ``columns``: as ``common_returns`` found them.
    """
    if len(rows) < 2:
        return 1.0
    known = ~np.isnan(closes[rows[0] : rows[-1] + 1][:, columns])
    return (len(rows) - 1) / float(known.sum(axis=0).max() - 1)


def common_track(track: Track) -> Track | None:
    """``track`` on the dates on which its benchmark has a level, too, so that a holiday of one of the two costs no
    return of the other. None with fewer than two such dates.
    """
    if track.benchmark is None:
        return None
    both = ~np.isnan(track.benchmark)
    if both.sum() < 2:
        return None
    return Track(track.values[both], track.dates[both], track.benchmark[both], track.risk_free)
