"""Markowitz (1952): the least risk, the best of return and risk, and the best return per risk."""

import numpy as np

from portfolio.calc.optimisation.constraints import WHOLE, Constraints
from portfolio.calc.optimisation.estimates import SESSIONS, Estimates, session_rate
from portfolio.calc.optimisation.feasible import Infeasible, greatest, require_feasible
from portfolio.calc.optimisation.program import Scale, solved_weights, unit_scale
from portfolio.calc.optimisation.proposal import RISK_FREE, Proposal, proposal
from portfolio.calc.optimisation.rows import Floor, Rows, rows_of


def minimum_variance(
    estimates: Estimates, constraints: Constraints | None = None, *, risk_free: float = RISK_FREE
) -> Proposal:
    """The weights of least variance. Infeasible where the constraints clash."""
    constraints = constraints or Constraints()
    rows = rows_of(estimates.assets, constraints)
    require_feasible(rows)
    weights = _least_variance(estimates, rows)
    return proposal("minimum_variance", estimates, constraints, weights, risk_free=risk_free)


def mean_variance(
    estimates: Estimates,
    constraints: Constraints | None = None,
    *,
    risk_aversion: float | None = None,
    target_return: float | None = None,
    risk_free: float = RISK_FREE,
) -> Proposal:
    """Greatest mean - ``risk_aversion``/2 x variance, or the least variance with an expected return of at least
    ``target_return`` percent a year: one of the two is given. Infeasible where the constraints clash.
    """
    constraints = constraints or Constraints()
    if (risk_aversion is None) == (target_return is None):
        raise ValueError("risk_aversion or target_return: exactly one must be given")
    if target_return is not None:
        rows = rows_of(estimates.assets, constraints, _at_least(estimates, constraints, target_return, risk_free))
        require_feasible(rows)
        weights = _least_variance(estimates, rows)
    elif risk_aversion is not None and risk_aversion > 0:
        rows = rows_of(estimates.assets, constraints)
        require_feasible(rows)
        size = _size(estimates)
        linear = -estimates.mean / (risk_aversion * size)
        weights = solved_weights(estimates.covariance / size, linear, rows, unit_scale(len(linear)))
    else:
        raise ValueError(f"risk_aversion: must be above zero, not {risk_aversion}")
    return proposal("mean_variance", estimates, constraints, weights, risk_free=risk_free)


def maximum_sharpe(
    estimates: Estimates, constraints: Constraints | None = None, *, risk_free: float = RISK_FREE
) -> Proposal:
    """The greatest (mean - ``risk_free``) / volatility. Infeasible where the constraints clash, or where no weights
    they allow earn more than ``risk_free`` percent a year, so that the ratio has no maximum worth having.

    With the scale of the weights left open, it is the least variance at an excess return of 1 (Charnes and Cooper
    1962).
    """
    constraints = constraints or Constraints()
    rows = rows_of(estimates.assets, constraints)
    require_feasible(rows)
    excess = estimates.mean - session_rate(risk_free)
    best = greatest(rows, excess)
    size = float(np.abs(excess).max())
    if best <= 1e-9 * size:
        highest = WHOLE * SESSIONS * best + risk_free
        raise Infeasible(
            [f"an expected return above the risk-free {risk_free:g} %"], f" (the highest possible: {highest:.2f} %)"
        )
    scale = Scale(excess / best, 0.0)  # tau is about 1 at the portfolio of the greatest return
    weights = solved_weights(estimates.covariance / _size(estimates), np.zeros(len(excess)), rows, scale)
    return proposal("maximum_sharpe", estimates, constraints, weights, risk_free=risk_free)


def efficient_frontier(
    estimates: Estimates,
    constraints: Constraints | None = None,
    *,
    points: int = 20,
    risk_free: float = RISK_FREE,
) -> list[Proposal]:
    """``points`` portfolios (2 or more), from the least variance to the greatest return in equal steps of return,
    each of the least variance for its return. Just the first where there is no other return. Infeasible as in the
    others.
    """
    if points < 2:
        raise ValueError(f"points: at least 2, not {points}")
    constraints = constraints or Constraints()
    first = minimum_variance(estimates, constraints, risk_free=risk_free)
    rows = rows_of(estimates.assets, constraints)
    low = float(estimates.mean @ first.weights) / WHOLE
    high = greatest(rows, estimates.mean)
    if high - low <= 1e-9 * float(np.abs(estimates.mean).max()):
        return [first]
    found = [first]
    for mean in np.linspace(low, high, points)[1:]:
        # The last point is a corner: a hair below it there is room for an interior point.
        floor = Floor("a return", estimates.mean, min(float(mean), high - 1e-7 * (high - low)))
        weights = _least_variance(estimates, rows_of(estimates.assets, constraints, floor))
        found.append(proposal("efficient_frontier", estimates, constraints, weights, risk_free=risk_free))
    return found


def _least_variance(estimates: Estimates, rows: Rows) -> np.ndarray:
    count = len(estimates.assets)
    return solved_weights(estimates.covariance / _size(estimates), np.zeros(count), rows, unit_scale(count))


def _at_least(estimates: Estimates, constraints: Constraints, target: float, risk_free: float) -> Floor:
    """What is not invested earns the risk-free rate; the row is scaled to be like the others."""
    idle = (1.0 - constraints.budget / WHOLE) * session_rate(risk_free)
    least = target / WHOLE / SESSIONS - idle
    size = float(np.abs(estimates.mean).max()) or 1.0
    return Floor(f"an expected return of at least {target:g} %", estimates.mean / size, least / size)


def _size(estimates: Estimates) -> float:
    """The mean variance: what the covariance is divided by, so that a solver's tolerances mean something."""
    return float(np.trace(estimates.covariance)) / len(estimates.assets)
