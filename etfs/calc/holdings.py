"""Lines of many funds as flat arrays: two lines of one stock in a fund are one holding."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Holdings:
    """One row per fund and key, ordered by fund, then key: ``fund`` int [m], ``key`` [m], ``weight`` float64 [m]."""

    fund: np.ndarray
    key: np.ndarray
    weight: np.ndarray

    def held(self) -> "Holdings":
        """Without short holdings (net weight below 0). A weight of 0.00 is one too small for the source's digits."""
        kept = self.weight >= 0
        return Holdings(self.fund[kept], self.key[kept], self.weight[kept])


def holdings(fund: np.ndarray, key: np.ndarray, weight: np.ndarray, funds: int) -> Holdings:
    """Lines ``fund`` index [n] (0 to ``funds`` - 1), ``key`` [n], ``weight`` [n] with those of one key in a fund added.

    An unknown weight (NaN) adds 0: the line is there. ValueError for a fund out of range or arrays of unequal length.
    """
    if not len(fund) == len(key) == len(weight):
        raise ValueError(f"{len(fund)} funds, {len(key)} keys and {len(weight)} weights: one each per line expected")
    if len(fund) == 0:
        return Holdings(np.zeros(0, dtype=np.int64), np.asarray(key), np.zeros(0))
    if fund.min() < 0 or fund.max() >= funds:
        raise ValueError(f"fund index {fund.min()} or {fund.max()} is outside 0 to {funds - 1}")
    order = np.lexsort((key, fund))
    fund, key, weight = fund[order], key[order], np.nan_to_num(np.asarray(weight, dtype=np.float64)[order])
    first = np.flatnonzero(np.r_[True, (fund[1:] != fund[:-1]) | (key[1:] != key[:-1])])
    return Holdings(fund[first], key[first], np.add.reduceat(weight, first))
