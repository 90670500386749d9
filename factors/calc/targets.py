"""What a model is to foretell: the place of an instrument's forward return among those of its day."""

import numpy as np
import pandas as pd


def rank_target(returns: np.ndarray) -> np.ndarray:
    """(average rank - 1/2) / n of each row [D, N] among its finite figures, within (0, 1); float32, NaN elsewhere."""
    ranks = pd.DataFrame(returns).rank(axis=1, method="average").to_numpy()
    count = np.isfinite(returns).sum(axis=1, keepdims=True)
    return ((ranks - 0.5) / np.maximum(count, 1)).astype(np.float32)


def spearman(predicted: np.ndarray, target: np.ndarray) -> float:
    """Spearman correlation of two arrays [n] where both are finite; NaN for fewer than 3 or no spread."""
    both = np.isfinite(predicted) & np.isfinite(target)
    if both.sum() < 3:
        return float("nan")
    x, y = (pd.Series(array[both]).rank().to_numpy() for array in (predicted, target))
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum() / spread) if spread > 0 else float("nan")
