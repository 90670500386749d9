"""Everybody the same part of the risk, as far as the constraints allow."""

from dataclasses import replace

import numpy as np

from portfolio.calc.optimisation.constraints import WHOLE, Constraints
from portfolio.calc.optimisation.estimates import Estimates
from portfolio.calc.optimisation.feasible import Infeasible, require_feasible
from portfolio.calc.optimisation.program import solved_weights
from portfolio.calc.optimisation.proposal import RISK_FREE, Proposal, proposal
from portfolio.calc.optimisation.rows import rows_of

EVEN = 0.01  # of the equal share: what a solver's rounding may be off
SMALLEST = 1e-7  # of the whole: every asset must be allowed at least this


def risk_parity(
    estimates: Estimates, constraints: Constraints | None = None, *, risk_free: float = RISK_FREE
) -> Proposal:
    """The least volatility for a given product of the weights, which without binding constraints makes all risk
    contributions equal (Spinu 2013); a note says where constraints keep them apart. Infeasible where the constraints
    clash or leave an asset no weight.
    """
    constraints = constraints or Constraints()
    rows = rows_of(estimates.assets, constraints)
    require_feasible(rows)
    _require_everyone(estimates, constraints)
    count = len(estimates.assets)
    size = float(np.trace(estimates.covariance)) / count
    # Variance / size is near 1/k for weights that sum to 1; times k, x and the weights are of one magnitude.
    quadratic = estimates.covariance * count / size
    weights = solved_weights(quadratic, np.zeros(count), rows, None, log_share=1.0 / count)
    found = proposal("risk_parity", estimates, constraints, weights, risk_free=risk_free)
    spread = float(np.abs(found.risk_shares * count / WHOLE - 1.0).max())
    if spread <= EVEN:
        return found
    note = f"constraints keep the risk shares apart: {found.risk_shares.min():.2f} to {found.risk_shares.max():.2f} %"
    return proposal("risk_parity", estimates, constraints, weights, risk_free=risk_free, notes=(note,))


def _require_everyone(estimates: Estimates, constraints: Constraints) -> None:
    """Infeasible when the constraints and a weight above zero for every asset clash."""
    _, high = constraints.bounds(estimates.assets)
    none = [name for name, most in zip(estimates.assets, high, strict=True) if most < SMALLEST]
    if none:
        raise Infeasible(["risk parity gives every asset a weight", *(f"the maximum 0 % of {name}" for name in none)])
    least = WHOLE * SMALLEST
    some = replace(
        constraints,
        minimum=max(constraints.minimum, least),
        minima={name: max(minimum, least) for name, minimum in constraints.minima.items()},
    )
    try:
        require_feasible(rows_of(estimates.assets, some))
    except Infeasible as clash:
        raise Infeasible(["risk parity gives every asset a weight", *clash.clash]) from clash
