"""The convex problem behind most methods, solved by Clarabel.

Weights w are found as x / tau, with every constraint a w <= b written a x <= b tau: so problems whose objective does
not mind the scale of x (maximum Sharpe, risk parity) are convex, and the others fix tau = 1. Clarabel is called
without a modelling layer, which for 500 assets takes longer than to solve.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio.calc.optimisation.feasible import SolverFailed
from portfolio.calc.optimisation.rows import Rows, Sparse

TOLERANCE = 1e-6  # by which a weight may break a constraint before it counts as not solved
LEAST_SCALE = 1e-9  # of tau: below it the weights are at infinity


@dataclass(frozen=True)
class Scale:
    """``coefficients`` [k] x + ``per_tau`` tau = 1: what fixes the scale of x and tau."""

    coefficients: np.ndarray
    per_tau: float


def unit_scale(count: int) -> Scale:
    """tau = 1: x are the weights."""
    return Scale(np.zeros(count), 1.0)


def solved_weights(
    quadratic: np.ndarray, linear: np.ndarray, rows: Rows, scale: Scale | None, *, log_share: float = 0.0
) -> np.ndarray:
    """The weights [k] within ``rows`` whose x is the minimum of x'Qx/2 + linear'x - ``log_share`` x sum(ln x).

    ``quadratic`` Q float64 [k, k], ``linear`` [k]. Without a ``scale`` the logarithms must fix it. SolverFailed where
    there is no answer.
    """
    count, width = len(linear), rows.matrix.shape[1]
    logs = count if log_share else 0
    matrix, bound, cones = _cones(rows, scale, count, logs)
    columns = matrix.shape[1]
    cost = np.zeros(columns)
    cost[:count] = linear
    cost[width + 1 :] = -log_share
    found = _clarabel(_upper(quadratic, columns), cost, matrix, bound, cones)
    tau = float(found[width])
    if not tau > LEAST_SCALE:
        raise SolverFailed("Clarabel found weights of no finite size")
    weights = np.asarray(found[:count]) / tau
    off = rows.matrix @ (found[:width] / tau) - rows.bound
    if max(float(off.max()), float(np.abs(off[rows.equal]).max())) > TOLERANCE:
        raise SolverFailed(f"Clarabel's weights break a constraint by {off.max():.1e}")
    return weights


def _cones(rows: Rows, scale: Scale | None, count: int, logs: int) -> tuple[Sparse, np.ndarray, list[Any]]:
    """Everything as bound - matrix v in a cone, v = (x, changes, tau, logarithms)."""
    import clarabel  # noqa: PLC0415
    from scipy.sparse import csr_array, hstack, vstack  # noqa: PLC0415

    held = hstack([rows.matrix, csr_array(-rows.bound[:, None])], format="csr")
    blank = csr_array((1, held.shape[1]))
    same = held[np.flatnonzero(rows.equal)]
    ones = [] if scale is None else [_place(blank, np.r_[scale.coefficients, scale.per_tau], count)]
    tau = _place(blank, np.r_[np.zeros(count), -1.0], count)
    matrix = vstack([same, *ones, held[np.flatnonzero(~rows.equal)], tau], format="csr")
    zeros, less = same.shape[0] + len(ones), int((~rows.equal).sum()) + 1
    bound = np.zeros(zeros + less)
    bound[same.shape[0] : zeros] = 1.0
    cones = [clarabel.ZeroConeT(zeros), clarabel.NonnegativeConeT(less)]
    if logs:
        matrix.resize((matrix.shape[0], held.shape[1] + logs))
        matrix = vstack([matrix, _exponentials(logs, matrix.shape[1])], format="csr")
        bound = np.r_[bound, np.tile([0.0, 1.0, 0.0], logs)]
        cones += [clarabel.ExponentialConeT()] * logs
    return matrix.tocsc(), bound, cones


def _place(blank: Sparse, figures: np.ndarray, count: int) -> Sparse:
    """A row like ``blank`` with ``figures`` [k + 1]: of x, then of tau, which is the last."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    row = np.zeros(blank.shape[1])
    row[:count], row[-1] = figures[:-1], figures[-1]
    return csr_array(row[None, :])


def _exponentials(logs: int, width: int) -> Sparse:
    """(t, 1, x) of each asset in the exponential cone: t <= ln x."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    place = np.arange(logs)
    rows, columns = np.r_[3 * place, 3 * place + 2], np.r_[width - logs + place, place]
    return csr_array((np.full(2 * logs, -1.0), (rows, columns)), shape=(3 * logs, width))


def _upper(quadratic: np.ndarray, columns: int) -> Sparse:
    from scipy.sparse import csc_array  # noqa: PLC0415

    upper: Sparse = csc_array(np.triu(quadratic))
    upper.resize((columns, columns))
    return upper


def _clarabel(upper: Sparse, cost: np.ndarray, matrix: Sparse, bound: np.ndarray, cones: list[Any]) -> np.ndarray:
    import clarabel  # noqa: PLC0415
    from scipy.sparse import csc_matrix  # noqa: PLC0415

    settings = clarabel.DefaultSettings()
    settings.verbose = False
    solver = clarabel.DefaultSolver(csc_matrix(upper), cost, csc_matrix(matrix), bound, cones, settings)
    solution = solver.solve()
    if str(solution.status) not in ("Solved", "AlmostSolved"):
        raise SolverFailed(f"Clarabel stopped: {solution.status}")
    return np.asarray(solution.x)
