"""Ranks and correlations of every row at once."""

from dataclasses import dataclass

import numpy as np

from market.calc.windows import ZERO

MINIMUM_PAIRS = 3  # two points always lie on a line
CELLS = 80_000  # figures handled at a time: with their temporaries they fit into a core's cache


def blocks(rows: int, columns: int) -> list[slice]:
    """Slices of rows with about ``CELLS`` figures each; one empty slice for no rows."""
    step = max(1, CELLS // max(columns, 1))
    return [slice(start, min(start + step, rows)) for start in range(0, max(rows, 1), step)]


@dataclass(frozen=True)
class Ranked:
    """Rows in order: ``ranks`` float64 [T, N], 1..n with ties sharing their average, 0 where there is no figure;
    ``in_order`` [T, N], each row ascending with infinity behind its ``count`` [T] figures.
    """

    ranks: np.ndarray
    in_order: np.ndarray
    count: np.ndarray


def rank_rows(values: np.ndarray, among: np.ndarray | None = None) -> Ranked:
    """Ranks of the finite figures of each row of ``values`` [T, N]; with ``among`` (bool [T, N]) of those alone."""
    known = np.isfinite(values)
    if among is not None:
        known &= among
    # Infinity in place of NaN: NumPy's fast sort knows no NaN.
    filled = np.where(known, values, np.inf)
    order = np.argsort(filled, axis=1)
    order += np.arange(len(values))[:, None] * values.shape[1]
    in_order = filled.reshape(-1)[order]
    ranks = np.empty(values.shape)
    ranks.reshape(-1)[order] = _places(in_order)
    ranks *= known
    return Ranked(ranks, in_order, np.count_nonzero(known, axis=1))


def _places(in_order: np.ndarray) -> np.ndarray:
    """Places 1..N of sorted rows [T, N]; each run of equal values shares the average of its places."""
    rows, columns = in_order.shape
    places = np.tile(np.arange(1.0, columns + 1.0), (rows, 1))
    same = np.zeros((rows, columns + 1), dtype=bool)
    np.equal(in_order[:, 1:], in_order[:, :-1], out=same[:, 1:-1])
    same[:, 1:-1] &= in_order[:, 1:] < np.inf
    bounds = np.flatnonzero(same[:, 1:] != same[:, :-1])  # first and last place of a run, in turn
    first, last = bounds[::2], bounds[1::2]
    length = last - first + 1
    at = np.arange(length.sum()) + np.repeat(first - np.cumsum(length) + length, length)
    places.reshape(-1)[at] = np.repeat((first + last) / 2.0 - first // max(columns, 1) * columns + 1.0, length)
    return places


def correlate_ranks(left: Ranked, right: Ranked) -> np.ndarray:
    """Spearman correlation of each row of two rankings of the same names; float64 [T].

    NaN with fewer than three names, or where one side does not vary. Ranks are halves of integers, so these sums are
    exact.
    """
    n = left.count
    offset = n * ((n + 1) / 2.0) ** 2
    together = np.einsum("tn,tn->t", left.ranks, right.ranks) - offset
    spread = [np.maximum(np.einsum("tn,tn->t", one.ranks, one.ranks) - offset, 0.0) for one in (left, right)]
    return _quotient(together, np.sqrt(spread[0]) * np.sqrt(spread[1]), n)


@dataclass(frozen=True)
class Centred:
    """Rows less their means: ``deviation`` float64 [T, N], 0 where there is no figure; ``norm`` [T] the root of its sum
    of squares, 0 where a row does not vary (spread <= 1e-12 x max(1, |mean|)); ``known`` bool [T, N]; ``count`` [T].
    """

    deviation: np.ndarray
    norm: np.ndarray
    known: np.ndarray
    count: np.ndarray


def centred(values: np.ndarray, known: np.ndarray) -> Centred:
    """``values`` [T, N] where ``known`` (bool [T, N], all of them finite)."""
    count = np.count_nonzero(known, axis=1)
    deviation = np.where(known, values, 0.0).astype(np.float64, copy=False)
    mean = deviation.sum(axis=1) / np.maximum(count, 1)
    deviation -= mean[:, None]
    deviation *= known
    norm = np.sqrt(np.einsum("tn,tn->t", deviation, deviation))
    varies = norm > ZERO * np.maximum(1.0, np.abs(mean)) * np.sqrt(np.maximum(count, 1))
    return Centred(deviation, np.where(varies, norm, 0.0), known, count)


def correlate_rows(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Pearson correlation of each row of two arrays [T, N] over the names both have; float64 [T].

    NaN with fewer than three such names, or where one side does not vary.
    """
    some = blocks(*left.shape)
    return np.concatenate([correlate_with(centred(left[b], np.isfinite(left[b])), left[b], right[b]) for b in some])


def correlate_with(left: Centred, values: np.ndarray, right: np.ndarray) -> np.ndarray:
    """As ``correlate_rows`` of ``values`` and ``right``, where ``left`` is ``values`` centred over all it has.

    Rows in which ``right`` lacks some of these names are centred anew.
    """
    both = np.isfinite(right)
    both &= left.known
    other = centred(right, both)
    found = _quotient(np.einsum("tn,tn->t", left.deviation, other.deviation), left.norm * other.norm, other.count)
    partly = np.flatnonzero(other.count < left.count)
    if len(partly):
        anew = centred(values[partly], both[partly])
        together = np.einsum("tn,tn->t", anew.deviation, other.deviation[partly])
        found[partly] = _quotient(together, anew.norm * other.norm[partly], other.count[partly])
    return found


def _quotient(together: np.ndarray, norm: np.ndarray, count: np.ndarray) -> np.ndarray:
    defined = (count >= MINIMUM_PAIRS) & (norm > 0)
    found = together / np.where(defined, norm, 1.0)
    return np.where(defined, np.clip(found, -1.0, 1.0), np.nan)
