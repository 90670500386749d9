"""What a portfolio of stocks and funds holds in the end: funds replaced by what is inside them."""

from dataclasses import dataclass, field

import numpy as np

from etfs.calc.snapshot import locate

DUST = 1e-9  # percent: less is nothing but the rounding of sums
DEPTH = 3  # funds opened one inside the other, counting the one in the portfolio
DIRECT = -1  # ``via`` of what the portfolio holds itself
UNRESOLVED = 0  # ``item`` of a line nobody could match to a security (ids are above 0, other lines below)
NO_COMPOSITION, NOT_RESOLVED, TOO_DEEP, CYCLE, MISSING_WEIGHT, EXCESS_WEIGHT = REASONS = (
    "no_composition", "unresolved", "depth_limit", "cycle", "missing_weight", "excess_weight",
)  # fmt: skip


@dataclass(frozen=True)
class Compositions:
    """Lines of funds, ordered by fund: ``fund`` id [n], ``item`` id [n] (UNRESOLVED where not known), ``weight`` [n].

    ``funds``: every id that is a fund, ascending, with or without lines; one without cannot be looked through.
    """

    fund: np.ndarray
    item: np.ndarray
    weight: np.ndarray
    funds: np.ndarray

    @classmethod
    def of(cls, fund: np.ndarray, item: np.ndarray, weight: np.ndarray, funds: np.ndarray) -> "Compositions":
        """From lines in any order; a line without a weight (NaN) is left out and so is among the missing weight."""
        known = np.flatnonzero(np.isfinite(weight))
        order = known[np.argsort(fund[known], kind="stable")]
        return cls(fund[order], item[order], weight[order], np.union1d(funds, fund))


@dataclass(frozen=True)
class LookThrough:
    """``leaf`` id [m], ``via`` [m] the portfolio's fund it is held through (DIRECT: by itself), ``percent`` [m] of the
    portfolio; one row per leaf and via, ordered by leaf, then via. ``uncovered``: percent by reason.

    covered + the sum of uncovered = 100: weights are never scaled. A composition that adds up to 98 leaves 2 uncovered
    (missing_weight); one that adds up to 100.2 (rounding) or 200 (leverage) leaves -0.2 or -100 (excess_weight, the
    money borrowed). Short and leveraged lines keep their sign.
    """

    leaf: np.ndarray
    via: np.ndarray
    percent: np.ndarray
    uncovered: dict[str, float]

    @property
    def covered_percent(self) -> float:
        """Percent of the portfolio whose exposure is known."""
        return float(self.percent.sum())

    @property
    def uncovered_percent(self) -> float:
        """The rest of the 100."""
        return float(sum(self.uncovered.values()))

    def by_leaf(self) -> tuple[np.ndarray, np.ndarray]:
        """(leaf ids ascending, percent), whatever it is held through."""
        leaf, place = np.unique(self.leaf, return_inverse=True)
        return leaf, np.bincount(place, weights=self.percent, minlength=len(leaf))


@dataclass(frozen=True)
class _Front:
    """Shares of the portfolio still to be looked at: ``item``, ``percent`` [k], and the funds opened on the way to each
    one, ``path`` [k, depth].
    """

    item: np.ndarray
    percent: np.ndarray
    path: np.ndarray

    def take(self, mask: np.ndarray) -> "_Front":
        return _Front(self.item[mask], self.percent[mask], self.path[mask])


@dataclass
class _Found:
    """Leaves collected on the way down, and what is uncovered."""

    leaf: list[np.ndarray] = field(default_factory=list)
    via: list[np.ndarray] = field(default_factory=list)
    percent: list[np.ndarray] = field(default_factory=list)
    uncovered: dict[str, float] = field(default_factory=lambda: dict.fromkeys(REASONS, 0.0))

    def cover(self, front: _Front) -> None:
        self.leaf.append(front.item)
        self.via.append(front.path[:, 0] if front.path.shape[1] else np.full(len(front.item), DIRECT))
        self.percent.append(front.percent)


def look_through(item: np.ndarray, amount: np.ndarray, inside: Compositions, depth: int = DEPTH) -> LookThrough:
    """Exposure of a portfolio of ``item`` ids [p] with ``amount`` [p] (money or weights, any scale, one currency).

    The portfolio's own fund is depth 1; a fund found at ``depth`` + 1, one inside itself, one without lines and lines
    that are not resolved stay uncovered. Anything that is not one of ``inside.funds`` is a leaf: cash too, under ids
    the caller gives it (cash is exposure); an id may be any integer but 0. ValueError where an amount is missing or
    the total is not positive.
    """
    total = float(amount.sum())
    if not total > 0 or not np.isfinite(total):
        raise ValueError(f"a portfolio of {total} in all has no shares")
    found = _Found()
    front = _Front(item, 100.0 * amount / total, np.zeros((len(item), 0), dtype=item.dtype))
    for level in range(depth + 1):
        funds = _sorted_out(front, inside, found)
        if level == depth:
            found.uncovered[TOO_DEEP] += float(funds.percent.sum())
        else:
            front = _opened(funds, inside, found)
    return _gathered(found)


def _sorted_out(front: _Front, inside: Compositions, found: _Found) -> _Front:
    """The funds of ``front`` that can be opened; leaves and what cannot be looked at go to ``found``."""
    unresolved = front.item == UNRESOLVED
    fund = ~unresolved & locate(inside.funds, front.item)[1]
    cycle = fund & (front.path == front.item[:, None]).any(axis=1)
    empty = fund & ~cycle & ~locate(inside.fund, front.item)[1]
    found.cover(front.take(~unresolved & ~fund))
    for reason, mask in ((NOT_RESOLVED, unresolved), (CYCLE, cycle), (NO_COMPOSITION, empty)):
        found.uncovered[reason] += float(front.percent[mask].sum())
    return front.take(fund & ~cycle & ~empty)


def _opened(funds: _Front, inside: Compositions, found: _Found) -> _Front:
    """The lines of ``funds``, as shares of the portfolio; what their weights miss or exceed goes to ``found``."""
    start = np.searchsorted(inside.fund, funds.item, side="left")
    count = np.searchsorted(inside.fund, funds.item, side="right") - start
    parent = np.repeat(np.arange(len(funds.item)), count)
    line = np.arange(len(parent)) + np.repeat(start - (np.cumsum(count) - count), count)
    held = np.bincount(parent, weights=inside.weight[line], minlength=len(funds.item))
    rest = funds.percent * (100.0 - held) / 100.0
    found.uncovered[MISSING_WEIGHT] += float(rest[held < 100.0].sum())
    found.uncovered[EXCESS_WEIGHT] += float(rest[held > 100.0].sum())
    path = np.column_stack([funds.path, funds.item])[parent]
    return _Front(inside.item[line], funds.percent[parent] * inside.weight[line] / 100.0, path)


def _gathered(found: _Found) -> LookThrough:
    """Rows of one leaf and via added."""
    leaf, via, percent = (np.concatenate(parts) for parts in (found.leaf, found.via, found.percent))
    order = np.lexsort((via, leaf))
    leaf, via, percent = leaf[order], via[order], percent[order]
    if len(leaf):
        first = np.flatnonzero(np.r_[True, (leaf[1:] != leaf[:-1]) | (via[1:] != via[:-1])])
        leaf, via, percent = leaf[first], via[first], np.add.reduceat(percent, first)
    uncovered = {reason: share if abs(share) >= DUST else 0.0 for reason, share in found.uncovered.items()}
    return LookThrough(leaf, via, percent, uncovered)
