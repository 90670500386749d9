"""What weights are allowed, as a person says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

WHOLE = 100.0


class ConstraintError(ValueError):
    """A constraint that makes no sense by itself; the message begins with the field."""


@dataclass(frozen=True)
class Group:
    """``members`` (a sector, a region, ...) have between ``minimum`` and ``maximum`` percent together."""

    name: str
    members: frozenset[str]
    minimum: float = 0.0
    maximum: float = WHOLE


@dataclass(frozen=True)
class Constraints:
    """Percent. ``minimum`` and ``maximum`` hold for every asset unless ``minima`` and ``maxima`` name it. ``budget``:
    what the weights sum to; the rest of 100 is cash. ``turnover``: half the summed change from ``current`` is at most
    this much (None: any); assets that ``current`` does not name are not held.
    """

    minimum: float = 0.0
    maximum: float = WHOLE
    minima: Mapping[str, float] = field(default_factory=dict)
    maxima: Mapping[str, float] = field(default_factory=dict)
    groups: Sequence[Group] = ()
    budget: float = WHOLE
    turnover: float | None = None
    current: Mapping[str, float] = field(default_factory=dict)

    def bounds(self, assets: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest weight of each of ``assets``, as fractions: float64 [k] twice. ConstraintError for names
        that are not among them, figures outside 0 to 100 and minima above maxima.
        """
        self._check_names(assets)
        low = np.array([self.minima.get(name, self.minimum) for name in assets], dtype=np.float64)
        high = np.array([self.maxima.get(name, self.maximum) for name in assets], dtype=np.float64)
        for name, least, most in zip(assets, low, high, strict=True):
            _check_range(name, float(least), float(most))
        for group in self.groups:
            _check_range(f"group {group.name}", group.minimum, group.maximum)
        if not 0.0 < self.budget <= WHOLE:
            raise ConstraintError(f"budget: must be above 0 and at most 100, not {self.budget:g}")
        if self.turnover is not None and not self.turnover >= 0.0:
            raise ConstraintError(f"turnover: must not be negative, not {self.turnover:g}")
        wrong = [name for name, weight in self.current.items() if not 0.0 <= weight < float("inf")]
        if wrong:
            raise ConstraintError(f"current: {', '.join(wrong)} must have a weight that is not negative")
        return low / WHOLE, high / WHOLE

    def current_weights(self, assets: Sequence[str]) -> np.ndarray:
        """``current`` as fractions, 0 where it names none: float64 [k]."""
        return np.array([self.current.get(name, 0.0) for name in assets], dtype=np.float64) / WHOLE

    def _check_names(self, assets: Sequence[str]) -> None:
        named: list[tuple[str, Iterable[str]]] = [
            ("minima", self.minima), ("maxima", self.maxima), ("current", self.current),
            *((f"group {group.name}", group.members) for group in self.groups),
        ]  # fmt: skip
        for where, names in named:
            unknown = sorted(set(names) - set(assets))
            if unknown:
                raise ConstraintError(f"{where}: {', '.join(unknown)} is not among the assets")
        if len({group.name for group in self.groups}) < len(self.groups):
            raise ConstraintError("groups: a name is there twice")


def _check_range(name: str, least: float, most: float) -> None:
    if not (0.0 <= least <= WHOLE and 0.0 <= most <= WHOLE):
        raise ConstraintError(f"{name}: minimum {least:g} and maximum {most:g} must be from 0 to 100")
    if least > most:
        raise ConstraintError(f"{name}: the minimum {least:g} is above the maximum {most:g}")
