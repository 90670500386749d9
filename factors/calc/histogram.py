"""How figures are distributed."""

from dataclasses import dataclass

import numpy as np

MOST_BINS = 40
TAILS = (1.0, 99.0)  # percentiles between which bins lie: one absurd ratio must not make all others one bar


@dataclass(frozen=True)
class Histogram:
    """``counts`` int [B] between ``edges`` float64 [B + 1]; the outer bins also hold what lies beyond them. ``lowest``
    and ``highest`` of all figures; ``quartiles``: 25, 50 and 75 %.
    """

    counts: np.ndarray
    edges: np.ndarray
    lowest: float
    highest: float
    quartiles: tuple[float, float, float]


def histogram(figures: np.ndarray) -> Histogram | None:
    """Of the n finite ones among ``figures``, in 2 n^(1/3) bins (Rice); None where there is none."""
    known = figures[np.isfinite(figures)].astype(np.float64)
    if not len(known):
        return None
    bins = min(MOST_BINS, int(np.ceil(2 * np.cbrt(len(known)))))
    low, high = np.percentile(known, TAILS)
    counts, edges = np.histogram(np.clip(known, low, high), bins=bins if high > low else 1, range=(low, high))
    first, middle, third = np.percentile(known, (25, 50, 75)).tolist()
    return Histogram(counts, edges, float(known.min()), float(known.max()), (first, middle, third))
