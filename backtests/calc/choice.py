"""The best of many."""

import numpy as np


def best(score: np.ndarray, pool: np.ndarray, count: int, rank: np.ndarray) -> np.ndarray:
    """The ``count`` instruments of ``pool`` bool [N] with the highest ``score`` [N], best first, ties by ``rank`` [N]
    (the order of tickers); a name without a score is not among them. int64 [at most count].
    """
    found = np.flatnonzero(pool & np.isfinite(score))
    if count <= 0 or not len(found):
        return found[:0]
    scores = score[found]
    if len(found) > count:
        last = scores[np.argpartition(scores, len(found) - count)[len(found) - count]]
        enough = scores >= last  # all that tie with the last place: their tickers decide
        found, scores = found[enough], scores[enough]
    return found[np.lexsort((rank[found], -scores))[:count]]
