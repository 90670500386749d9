"""What a stress test is asked about, and what it answers in each case."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AssetStress:
    """One asset. ``weight`` in percent; ``change`` of its value in percent; ``contribution`` = weight x change, percent
    points of the portfolio; both None without data. ``source`` says what the change is from.
    """

    asset: str
    weight: float
    change: float | None
    contribution: float | None
    source: str


@dataclass(frozen=True)
class Stress:
    """``change`` of the portfolio in percent, assets without data standing still; ``covered``: percent of the weight
    that had data; ``change_if_alike``: as if the rest had moved as what is covered (None when nothing is).
    """

    name: str
    assets: tuple[AssetStress, ...]
    change: float
    covered: float
    change_if_alike: float | None


def checked_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """``weights`` in percent; what is missing of 100 is cash, which stands still. ValueError for figures that are
    missing or infinite and for a sum above 100.
    """
    wrong = sorted(name for name, weight in weights.items() if not np.isfinite(weight))
    if wrong or not weights:
        raise ValueError(f"weights: {', '.join(wrong) or 'no asset'} has no finite weight")
    if sum(weights.values()) > 100.0 + 1e-6:
        raise ValueError(f"weights: they sum to {sum(weights.values()):g}, above 100")
    return dict(weights)


def stress_of(name: str, weights: Mapping[str, float], found: Mapping[str, tuple[float | None, str]]) -> Stress:
    """Sums up. ``found``: change (percent, None without data) and its source by asset."""
    rows = []
    for asset, weight in weights.items():
        change, source = found[asset]
        rows.append(AssetStress(asset, weight, change, None if change is None else weight * change / 100.0, source))
    cash = 100.0 - sum(weights.values())
    total = sum(row.contribution for row in rows if row.contribution is not None)
    known = sum(row.weight for row in rows if row.change is not None)
    invested = known + sum(row.weight for row in rows if row.change is None)
    alike = total * invested / known if known > 0 else None
    return Stress(name, tuple(rows), total, max(known + cash, 0.0), alike)
