"""Costs take most of what was earned."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of

MOST = 50.0  # percent of the gain before costs


@check("cost_drag", Severity.WARNING, Severity.SERIOUS)
def cost_drag(evidence: Evidence) -> Finding | None:
    """Where costs take over half, a slightly dearer broker or a wider spread takes the rest.

    Gain before costs: the gain with commission, tax and slippage added back. SERIOUS when nothing is left.
    """
    before = evidence.gain + evidence.costs
    share = percent_of(evidence.costs, before)
    if before <= 0 or share <= MOST:
        return None
    left = "leave a loss" if evidence.gain < 0 else f"leave {evidence.gain:,.0f}"
    return Finding(
        "cost_drag", Severity.SERIOUS if evidence.gain <= 0 else Severity.WARNING, "Costs take the profit",
        f"Costs of {evidence.costs:,.0f} are {share:.0f} % of the gain before costs and {left}.",
        {"costs": evidence.costs, "gain_before_costs": before, "gain": evidence.gain, "share": share},
    )  # fmt: skip
