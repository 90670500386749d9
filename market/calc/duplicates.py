"""Rows of a file that speak of the same thing."""

from collections.abc import Sequence

import numpy as np

from market.calc.findings import Findings, Message


def duplicates_check(
    findings: Findings, *, keys: Sequence[np.ndarray], figures: Sequence[np.ndarray], message: Message
) -> None:
    """Of rows with equal ``keys`` (the last of them the date): equal ones count once, flagged ``duplicate``; of those
    whose ``figures`` differ none can be believed, and all are refused as ``conflicting_rows``. NaN equals NaN.
    """
    good = np.flatnonzero(findings.kept())
    order = good[np.lexsort((good, *(key[good] for key in reversed(keys))))]
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    if not same.any():
        return
    group = np.concatenate(([0], np.cumsum(~same)))
    repeated = np.concatenate(([False], same))
    differs = np.zeros(len(order), dtype=bool)
    for figure in figures:
        values = figure[order]
        differs[1:] |= same & ~((values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1])))
    conflicting = np.bincount(group, weights=differs)[group] > 0
    rows = len(findings.rejected)
    findings.reject(_mask(rows, order[conflicting]), column="date", reason="conflicting_rows", message=message)
    doubled = _mask(rows, order[repeated & ~conflicting])
    findings.flag(doubled, "duplicate")
    findings.drop(doubled)


def _mask(rows: int, chosen: np.ndarray) -> np.ndarray:
    mask = np.zeros(rows, dtype=bool)
    mask[chosen] = True
    return mask
