"""Which factors order the names of a session alike."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from factors import store
from factors.calc.analysis.correlation import pairwise_pearson

MOST = 14  # others shown beside a factor


@dataclass(frozen=True)
class Alike:
    """``names``: the factor asked for, then the others by the strength of their correlation with it. ``matrix``:
    Pearson correlations of scores, None where there is none. ``instruments``: of every ``every``-th of the region.
    """

    names: list[str]
    matrix: list[list[float | None]]
    instruments: int
    every: int


def factors_alike(*, region: str, date: dt.date, name: str, most: int = MOST) -> Alike | None:
    """``name`` and the ``most`` factors most correlated with it on that session; None where it has no scores."""
    names, score, every = store.session_scores(region, date)
    if name not in names:
        return None
    found = pairwise_pearson(score)
    own = found[names.index(name)]
    strength = np.where(np.isfinite(own), np.abs(own), -1.0)
    strength[names.index(name)] = 2.0
    order = [at for at in np.argsort(-strength, kind="stable") if strength[at] >= 0][: most + 1]
    matrix = [[round(float(x), 4) if np.isfinite(x) else None for x in row] for row in found[np.ix_(order, order)]]
    return Alike([names[at] for at in order], matrix, score.shape[1], every)
