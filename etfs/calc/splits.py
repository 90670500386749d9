"""Splits of the stocks a fund holds, seen in its own lines: the share count goes up as the price goes down."""

from dataclasses import dataclass

import numpy as np

from etfs.calc.snapshot import Snapshot, locate

FORWARD = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0)
USUAL = np.array([1.5, *FORWARD, *(1.0 / n for n in FORWARD)])  # 3:2, n:1, 1:n


@dataclass(frozen=True)
class Splits:
    """``ratio`` float64 [n] of new shares per old one, by ``key`` [n]; a key that is not listed has not split."""

    key: np.ndarray
    ratio: np.ndarray

    def of(self, keys: np.ndarray) -> np.ndarray:
        """Ratio of each of ``keys`` [m], 1 where there was none. ValueError for a key listed twice."""
        order = np.argsort(self.key, kind="stable")
        known, ratio = self.key[order], self.ratio[order]
        if np.any(known[1:] == known[:-1]):
            raise ValueError("a key with two split ratios")
        place, found = locate(known, keys)
        result = np.ones(len(keys))
        result[found] = ratio[place[found]]
        return result


@dataclass(frozen=True)
class Tolerance:
    """How far from a usual ratio a split may be seen, as fractions of it.

    ``price``: the stock moves on the day, too. ``shares``: the fund trades on the day, too. ``below_two``: both, for
    ratios under 2 (3:2), which a bad day on which the fund bought comes near more easily.
    """

    price: float = 0.12
    shares: float = 0.25
    below_two: float = 0.05


def detect_splits(
    before: Snapshot, after: Snapshot, known: Splits | None = None, tolerance: Tolerance | None = None
) -> Splits:
    """Likely splits between two compositions of a fund, by key of ``after``; only those with a ratio other than 1.

    Price = value / shares. A split of ratio r shows as price before / after near r and shares after / before near r; of
    the usual ratios near both, the one nearest to the two together. Lines without shares or value have not split.
    ``known``: corporate actions, which win over what is seen (a known ratio of 1: there was no split).
    """
    old, new = before.added(), after.added()
    old = old.spread(new.key, np.nan)
    ratio = _nearest(_quotient(_price(old), _price(new)), _quotient(new.shares, old.shares), tolerance or Tolerance())
    if known is not None:
        _, told = locate(np.sort(known.key), new.key)
        ratio = np.where(told, known.of(new.key), ratio)
    split = ratio != 1.0
    return Splits(new.key[split], ratio[split])


def split_shows(before: Snapshot, after: Snapshot, known: Splits) -> np.ndarray:
    """Whether the lines agree with each of the ``known`` splits, bool [n]: False where both price and share count are
    nearer to no split at all than to its ratio; True where they cannot tell."""
    old, new = (part.added().spread(known.key, np.nan) for part in (before, after))
    nearer = [
        np.abs(np.log(quotient)) < np.abs(np.log(quotient / known.ratio))
        for quotient in (_quotient(_price(old), _price(new)), _quotient(new.shares, old.shares))
    ]
    return ~(nearer[0] & nearer[1])


def _price(snapshot: Snapshot) -> np.ndarray:
    return _quotient(snapshot.value, snapshot.shares)


def _quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below [n] of positive figures, NaN for others."""
    fine = (above > 0) & (below > 0)
    return np.divide(above, below, out=np.full(len(above), np.nan), where=fine)


def _nearest(price: np.ndarray, shares: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """The usual ratio nearest to the ratios of price and of shares [n], 1 where none is near enough to both."""
    off_price = np.abs(np.log(price[:, None] / USUAL))
    off_shares = np.abs(np.log(shares[:, None] / USUAL))
    small = np.abs(np.log(USUAL)) < np.log(2.0) - 1e-9
    near = (off_price <= np.log1p(np.where(small, tolerance.below_two, tolerance.price))) & (
        off_shares <= np.log1p(np.where(small, tolerance.below_two, tolerance.shares))
    )  # NaN is near nothing
    off = np.where(near, off_price + off_shares, np.inf)
    return np.where(near.any(axis=1), USUAL[np.argmin(off, axis=1)], 1.0)
