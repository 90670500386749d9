"""The baseline that every other method must beat."""

import numpy as np

from portfolio.calc.optimisation.constraints import WHOLE, Constraints
from portfolio.calc.optimisation.estimates import Estimates
from portfolio.calc.optimisation.feasible import require_feasible
from portfolio.calc.optimisation.program import solved_weights, unit_scale
from portfolio.calc.optimisation.proposal import DUST, RISK_FREE, Proposal, proposal
from portfolio.calc.optimisation.rows import rows_of


def equal_weight(
    estimates: Estimates, constraints: Constraints | None = None, *, risk_free: float = RISK_FREE
) -> Proposal:
    """The same weight for all; where the constraints forbid it, the weights nearest to it that they allow (least
    squares), with a note that says so. Infeasible where the constraints clash.
    """
    constraints = constraints or Constraints()
    rows = rows_of(estimates.assets, constraints)
    require_feasible(rows)
    count = len(estimates.assets)
    same = np.full(count, constraints.budget / WHOLE / count)
    weights = solved_weights(np.eye(count), -same, rows, unit_scale(count))
    moved = float(np.abs(weights - same).max()) > DUST
    notes = ("the constraints forbid equal weights: these are the nearest",) if moved else ()
    return proposal(
        "equal_weight", estimates, constraints, weights if moved else same, risk_free=risk_free, notes=notes
    )
