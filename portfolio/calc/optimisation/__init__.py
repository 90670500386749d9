"""Proposals of target weights: ``estimate`` returns, say ``Constraints``, ask a method.

Weights and constraints in percent. Constraints that clash are an ``Infeasible`` that names them; nothing falls back to
another method. Definitions: docs/portfolio-rebalancing.md.
"""

from portfolio.calc.optimisation.black_litterman import View, black_litterman
from portfolio.calc.optimisation.constraints import ConstraintError, Constraints, Group
from portfolio.calc.optimisation.equal_weight import equal_weight
from portfolio.calc.optimisation.estimates import Estimates, estimate
from portfolio.calc.optimisation.feasible import Infeasible, SolverFailed
from portfolio.calc.optimisation.hierarchical import hierarchical_risk_parity
from portfolio.calc.optimisation.mean_variance import (
    efficient_frontier,
    maximum_sharpe,
    mean_variance,
    minimum_variance,
)
from portfolio.calc.optimisation.proposal import Proposal
from portfolio.calc.optimisation.risk_parity import risk_parity

__all__ = [
    "ConstraintError", "Constraints", "Estimates", "Group", "Infeasible", "Proposal", "SolverFailed", "View",
    "black_litterman", "efficient_frontier", "equal_weight", "estimate", "hierarchical_risk_parity", "maximum_sharpe",
    "mean_variance", "minimum_variance", "risk_parity",
]  # fmt: skip
