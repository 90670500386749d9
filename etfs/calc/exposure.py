"""Exposure summed by what the securities have in common: sector, country, currency."""

from dataclasses import dataclass

import numpy as np

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Exposure:
    """``label`` [k] text, ``percent`` [k] of the portfolio; the largest first, ties by label."""

    label: np.ndarray
    percent: np.ndarray


def exposure_by(labels: np.ndarray, percent: np.ndarray) -> Exposure:
    """Sum of ``percent`` [m] by ``labels`` [m] (text); a blank label is 'unknown'.

    Sums to what was passed in: the uncovered share of a look-through is no label's and is shown beside it.
    """
    text = np.char.strip(np.asarray(labels, dtype=str))
    names, place = np.unique(np.where(text == "", UNKNOWN, text), return_inverse=True)
    total = np.bincount(place, weights=percent, minlength=len(names))
    order = np.lexsort((names, -total))
    return Exposure(names[order], total[order])
