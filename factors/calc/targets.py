"""What a model is to foretell: the place of an instrument's forward return among those of its day."""

import numpy as np

from factors.calc.analysis.ranks import correlate_ranks, rank_rows


def rank_target(returns: np.ndarray) -> np.ndarray:
    """(average rank - 1/2) / n of each row [D, N] among its finite figures, within (0, 1); float32, NaN elsewhere."""
    found = rank_rows(returns)
    places = (found.ranks - 0.5) / np.maximum(found.count, 1)[:, None]
    return np.where(found.ranks > 0, places, np.nan).astype(np.float32)


def spearman(predicted: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Spearman correlation of each row of two arrays [D, N] where both are finite: float64 [D].

    NaN for fewer than 3 or no spread.
    """
    both = np.isfinite(predicted) & np.isfinite(target)
    return correlate_ranks(rank_rows(predicted, both), rank_rows(target, both))
