"""Risk shared out along a tree of similar assets."""

import numpy as np

from portfolio.calc.optimisation.constraints import WHOLE, ConstraintError, Constraints
from portfolio.calc.optimisation.estimates import Estimates
from portfolio.calc.optimisation.feasible import require_feasible
from portfolio.calc.optimisation.proposal import RISK_FREE, Proposal, proposal
from portfolio.calc.optimisation.rows import rows_of


def hierarchical_risk_parity(
    estimates: Estimates, constraints: Constraints | None = None, *, risk_free: float = RISK_FREE
) -> Proposal:
    """Lopez de Prado (2016) by skfolio: assets clustered by the correlation of their returns (Ward), the weight halved
    down the tree by inverse variance. It knows bounds alone: ConstraintError for groups and turnover. Infeasible where
    bounds and budget clash.
    """
    constraints = constraints or Constraints()
    if constraints.groups or constraints.turnover is not None:
        raise ConstraintError("groups, turnover: hierarchical risk parity knows bounds alone; use risk_parity")
    require_feasible(rows_of(estimates.assets, constraints))
    low, high = constraints.bounds(estimates.assets)
    share = constraints.budget / WHOLE
    weights = share * _clustered(estimates, low / share, np.minimum(high / share, 1.0))
    return proposal("hierarchical_risk_parity", estimates, constraints, weights, risk_free=risk_free)


def _clustered(estimates: Estimates, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Weights [k] of sum 1."""
    from skfolio.moments import LedoitWolf  # noqa: PLC0415 - two seconds that only this method needs
    from skfolio.optimization import HierarchicalRiskParity  # noqa: PLC0415
    from skfolio.prior import EmpiricalPrior  # noqa: PLC0415

    if len(estimates.assets) == 1:
        return np.ones(1)  # there is no tree
    prior = EmpiricalPrior(covariance_estimator=LedoitWolf())
    model = HierarchicalRiskParity(prior_estimator=prior, min_weights=low, max_weights=high)
    return np.asarray(model.fit(estimates.returns).weights_, dtype=np.float64)
