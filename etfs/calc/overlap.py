"""How much two funds have in common: the sum over common holdings of the smaller weight."""

from dataclasses import dataclass

import numpy as np

from etfs.calc.holdings import Holdings, holdings
from etfs.calc.snapshot import locate

WIDELY_HELD = 0.2  # part of the funds from which on comparing whole columns is faster than pairs of holders
COLUMNS = 512  # columns compared at a time: one fund's against all others' stay in a core's cache


@dataclass(frozen=True)
class Common:
    """Names both funds hold, most in common first: ``key`` [k], ``left`` and ``right`` weight, ``shared`` their min."""

    key: np.ndarray
    left: np.ndarray
    right: np.ndarray
    shared: np.ndarray


def common_holdings(
    left_key: np.ndarray, left_weight: np.ndarray, right_key: np.ndarray, right_weight: np.ndarray
) -> Common:
    """What two funds have in common, name by name; ties by key. Lines of one key are added first, shorts left out."""
    a, b = (
        holdings(np.zeros(len(key), dtype=np.int64), key, weight, 1).held()
        for key, weight in ((left_key, left_weight), (right_key, right_weight))
    )
    place, found = locate(b.key, a.key)
    key, left, right = a.key[found], a.weight[found], b.weight[place[found]]
    shared = np.minimum(left, right)
    order = np.lexsort((key, -shared))
    return Common(key[order], left[order], right[order], shared[order])


@dataclass(frozen=True)
class Overlaps:
    """``percent`` float64 [F, F], symmetric, on the diagonal the sum of the fund's own (long) weights; ``common``
    int64 [F, F]: how many names both hold, on the diagonal those of the fund itself.
    """

    percent: np.ndarray
    common: np.ndarray


def overlaps(fund: np.ndarray, key: np.ndarray, weight: np.ndarray, funds: int) -> Overlaps:
    """Overlap of every two of ``funds`` funds, from flat lines ``fund`` index [n], ``key`` [n], ``weight`` [n].

    In percent; section 6: the sum over names of the smaller weight. The caller passes STOCK lines only (section 9).
    Lines of one key in a fund are added first. Negative sums count as 0: a short position is nothing the other fund
    could share, and the smaller of a long and a short one would take away from what the two do share.

    A name held by few funds costs a step per pair of its holders, one held by many a column of all funds: neither the
    many rare names nor the few common ones are compared in vain.
    """
    held = holdings(fund, key, weight, funds).held()
    _, name, holders = np.unique(held.key, return_inverse=True, return_counts=True)
    wide = holders > max(1.0, WIDELY_HELD * funds)
    of_wide = wide[name]
    percent, common = _by_column(held, np.cumsum(wide)[name] - 1, of_wide, int(wide.sum()), funds)
    more, also = _by_pair(held, name, ~of_wide, funds)
    percent, common = percent + more, common + also
    percent, common = percent + percent.T, common + common.T
    percent[np.diag_indices(funds)] = np.bincount(held.fund, weights=held.weight, minlength=funds)
    common[np.diag_indices(funds)] = np.bincount(held.fund, minlength=funds)
    return Overlaps(percent, common)


def active_shares(percent: np.ndarray) -> np.ndarray:
    """Active share of every two funds [F, F], percent: half the sum of absolute differences of their (long) weights.

    ``percent`` of ``overlaps``: the difference of two weights is their sum less twice the smaller of them.
    """
    own = np.diag(percent)
    return np.asarray((own[:, None] + own[None, :]) / 2.0 - percent)


def _by_column(
    held: Holdings, column: np.ndarray, wanted: np.ndarray, columns: int, funds: int
) -> tuple[np.ndarray, np.ndarray]:
    """(percent, common) above the diagonal [funds, funds] of names with a ``column`` of their own."""
    percent, common = np.zeros((funds, funds)), np.zeros((funds, funds), dtype=np.int64)
    weight, there = np.zeros((funds, columns)), np.zeros((funds, columns), dtype=np.float32)
    weight[held.fund[wanted], column[wanted]] = held.weight[wanted]
    there[held.fund[wanted], column[wanted]] = 1.0
    for start in range(0, columns, COLUMNS):
        part = np.ascontiguousarray(weight[:, start : start + COLUMNS])
        smaller = np.empty_like(part)
        for i in range(funds - 1):
            np.minimum(part[i + 1 :], part[i], out=smaller[i + 1 :])
            percent[i, i + 1 :] += smaller[i + 1 :].sum(axis=1)
        common += (there[:, start : start + COLUMNS] @ there[:, start : start + COLUMNS].T).astype(np.int64)
    return percent, np.triu(common, 1)


def _by_pair(held: Holdings, name: np.ndarray, wanted: np.ndarray, funds: int) -> tuple[np.ndarray, np.ndarray]:
    """(percent, common) above the diagonal [funds, funds] of the ``wanted`` rows, name by name and pair by pair."""
    percent, common = np.zeros(funds * funds), np.zeros(funds * funds, dtype=np.int64)
    order = np.flatnonzero(wanted)
    order = order[np.argsort(name[order], kind="stable")]  # within a name the funds stay ascending
    name, fund, weight = name[order], held.fund[order], held.weight[order]
    first, step = np.arange(len(order)), 1
    while len(first):
        first = first[first + step < len(name)]
        first = first[name[first] == name[first + step]]
        pair = fund[first] * funds + fund[first + step]
        percent += np.bincount(pair, np.minimum(weight[first], weight[first + step]), minlength=funds * funds)
        common += np.bincount(pair, minlength=funds * funds)
        step += 1
    return percent.reshape(funds, funds), common.reshape(funds, funds)
