"""Do any weights meet the constraints, and if none do, which constraints clash?"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from portfolio.calc.optimisation.rows import Rows

USED = 1e-9  # a multiplier no larger is zero
LISTED = 12  # assets named one by one in a message


class Infeasible(ValueError):
    """No weights meet the constraints. ``clash``: constraints none of which can be left out of the contradiction."""

    def __init__(self, clash: Sequence[str], more: str = "") -> None:
        self.clash = tuple(clash)
        super().__init__(f"no weights meet these together: {in_words(self.clash)}{more}")


class SolverFailed(RuntimeError):
    """A solver stopped without an answer; says how."""


def require_feasible(rows: Rows) -> None:
    """Infeasible, with an irreducible set of clashing constraints, when no weights meet ``rows``."""
    if _met(rows):
        return
    suspects = rows.where(np.isin(rows.names, _certificate(rows)))
    # Each constraint of the certificate in turn is left out for good where the rest contradicts itself without it.
    for name in sorted(set(suspects.names)):
        rest = suspects.where(suspects.names != name)
        if len(rest.names) and not _met(rest):
            suspects = rest
    raise Infeasible(sorted(set(suspects.names), key=list(suspects.names).index))


def greatest(rows: Rows, coefficients: np.ndarray) -> float:
    """The greatest value of ``coefficients`` [k] times the weights within ``rows``."""
    padded = np.r_[-coefficients, np.zeros(rows.matrix.shape[1] - len(coefficients))]
    found = _linear_program(rows, padded)
    if found.status != 0:
        raise SolverFailed(f"HiGHS: {found.message}")
    return -float(found.fun)


def in_words(names: Sequence[str]) -> str:
    """``names`` with equal limits of several assets told once: "the maximum 5 % of A, B, C"."""
    told: dict[str, list[str]] = {}
    for name in names:
        match = re.fullmatch(r"(the (?:minimum|maximum|fixed) \S+ % of )(?!group )(.+)", name)
        told.setdefault(match[1] if match else name, []).extend([match[2]] if match else [])
    return "; ".join(limit + _listed(assets) for limit, assets in told.items())


def _listed(assets: list[str]) -> str:
    rest = len(assets) - LISTED
    return ", ".join(assets[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _met(rows: Rows) -> bool:
    found = _linear_program(rows, np.zeros(rows.matrix.shape[1]))
    if found.status not in (0, 2):
        raise SolverFailed(f"HiGHS: {found.message}")
    return bool(found.status == 0)


def _linear_program(rows: Rows, cost: np.ndarray) -> Any:
    from scipy.optimize import linprog  # noqa: PLC0415 - only optimisation needs it

    less, same = ~rows.equal, rows.equal
    return linprog(
        cost,
        A_ub=rows.matrix[np.flatnonzero(less)] if less.any() else None,
        b_ub=rows.bound[less] if less.any() else None,
        A_eq=rows.matrix[np.flatnonzero(same)] if same.any() else None,
        b_eq=rows.bound[same] if same.any() else None,
        bounds=(None, None),
        method="highs",
    )


def _certificate(rows: Rows) -> list[str]:
    """Names of constraints that contradict each other by themselves: those with a multiplier in the problem of breaking
    all of them as little as possible (Farkas).
    """
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import csr_array, eye_array, hstack, vstack  # noqa: PLC0415

    both = vstack([rows.matrix, -rows.matrix[np.flatnonzero(rows.equal)]], format="csr")
    bound = np.r_[rows.bound, -rows.bound[rows.equal]]
    names = np.r_[rows.names, rows.names[rows.equal]]
    count, width = both.shape
    elastic = hstack([csr_array(both), -eye_array(count)], format="csr")
    limits = [(None, None)] * width + [(0.0, None)] * count
    found = linprog(np.r_[np.zeros(width), np.ones(count)], elastic, bound, bounds=limits, method="highs")
    if found.status != 0:
        raise SolverFailed(f"HiGHS: {found.message}")
    return sorted(set(names[np.abs(found.ineqlin.marginals) > USED]))
