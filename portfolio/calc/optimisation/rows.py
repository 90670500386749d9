"""Constraints as rows of linear inequalities that remember which constraint they are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio.calc.optimisation.constraints import WHOLE, Constraints, Group

Sparse = Any  # a sparse array of SciPy, whose stubs know neither resize nor linprog of one


@dataclass(frozen=True)
class Floor:
    """One more demand: ``coefficients`` [k] times the weights are at least ``least``."""

    name: str
    coefficients: np.ndarray
    least: float


@dataclass(frozen=True)
class Rows:
    """``matrix`` times the weights is at most ``bound`` [m], equal to it where ``equal`` [m]. ``matrix`` is [m, k], or
    [m, 2k] where a turnover is limited: the changes from the current weights follow the weights. ``names`` [m] of
    object: the constraint in words; rows of one constraint share it.
    """

    matrix: Sparse
    bound: np.ndarray
    equal: np.ndarray
    names: np.ndarray

    def where(self, kept: np.ndarray) -> "Rows":
        """The rows for which ``kept`` bool [m] holds."""
        return Rows(self.matrix[np.flatnonzero(kept)], self.bound[kept], self.equal[kept], self.names[kept])


def rows_of(assets: Sequence[str], constraints: Constraints, floor: Floor | None = None) -> Rows:
    """All rows of ``constraints`` on ``assets``, with one more ``floor``. ConstraintError for what makes no sense."""
    from scipy.sparse import csr_array, vstack  # noqa: PLC0415 - only optimisation needs it

    blocks = [_budget(len(assets), constraints), *_bounds(assets, constraints)]
    blocks += [block for group in constraints.groups for block in _group(assets, group)]
    if floor is not None:
        blocks.append(_row(floor.name, -floor.coefficients, -floor.least))
    matrix = vstack([csr_array(block.matrix) for block in blocks], format="csr")
    if constraints.turnover is not None:
        moves = _turnover(assets, constraints, constraints.turnover)
        # Columns of changes that the other rows do not use.
        matrix.resize((matrix.shape[0], moves.matrix.shape[1]))
        matrix = vstack([matrix, moves.matrix], format="csr")
        blocks.append(moves)
    bound, equal, names = (np.concatenate([getattr(b, part) for b in blocks]) for part in ("bound", "equal", "names"))
    return Rows(matrix, bound, equal, names)


def _row(name: str, coefficients: np.ndarray, bound: float, *, equal: bool = False) -> Rows:
    from scipy.sparse import csr_array  # noqa: PLC0415

    names = _objects([name])
    return Rows(csr_array(coefficients[None, :]), np.array([bound]), np.array([equal]), names)


def _budget(count: int, constraints: Constraints) -> Rows:
    name = f"the budget of {constraints.budget:g} %"
    return _row(name, np.ones(count), constraints.budget / WHOLE, equal=True)


def _bounds(assets: Sequence[str], constraints: Constraints) -> Iterator[Rows]:
    """A row for each limit of each asset; none for a maximum of 100, which the budget implies."""
    from scipy.sparse import eye_array  # noqa: PLC0415

    low, high = constraints.bounds(assets)
    unit, same = eye_array(len(assets), format="csr"), low == high
    for which, figures, sign, words in (
        (same, high, 1.0, "the fixed {:g} % of {}"),
        (~same, low, -1.0, "the minimum {:g} % of {}"),
        (~same & (high < 1.0), high, 1.0, "the maximum {:g} % of {}"),
    ):
        places = np.flatnonzero(which)
        names = _objects(words.format(WHOLE * figures[i], assets[i]) for i in places.tolist())
        yield Rows(sign * unit[places], sign * figures[places], same[places], names)


def _group(assets: Sequence[str], group: Group) -> Iterator[Rows]:
    inside = np.array([float(name in group.members) for name in assets])
    if group.minimum == group.maximum:
        yield _row(f"the fixed {group.minimum:g} % of group {group.name}", inside, group.minimum / WHOLE, equal=True)
        return
    if group.maximum < WHOLE:
        yield _row(f"the maximum {group.maximum:g} % of group {group.name}", inside, group.maximum / WHOLE)
    if group.minimum > 0.0:
        yield _row(f"the minimum {group.minimum:g} % of group {group.name}", -inside, -group.minimum / WHOLE)


def _turnover(assets: Sequence[str], constraints: Constraints, most: float) -> Rows:
    """|weight - current| <= change and the sum of changes <= 2 x turnover, over weights and changes."""
    from scipy.sparse import csr_array, eye_array, hstack, vstack  # noqa: PLC0415

    count, now = len(assets), constraints.current_weights(assets)
    unit = eye_array(count, format="csr")
    total = csr_array(np.r_[np.zeros(count), np.ones(count)][None, :])
    matrix = vstack([hstack([unit, -unit]), hstack([-unit, -unit]), total], format="csr")
    bound = np.r_[now, -now, 2.0 * most / WHOLE]
    names = _objects([f"the turnover of at most {most:g} %"] * len(bound))
    return Rows(matrix, bound, np.zeros(len(bound), dtype=bool), names)


def _objects(names: Iterable[str]) -> np.ndarray:
    return np.array([*names], dtype=np.object_)
