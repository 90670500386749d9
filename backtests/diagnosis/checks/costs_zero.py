"""Trading was free."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

TYPICAL = 0.1  # percent of an amount
MUCH = 10.0  # percent of the gain


@check("costs_zero", Severity.WARNING, Severity.SERIOUS)
def costs_zero(evidence: Evidence) -> Finding | None:
    """Nobody trades for nothing. SERIOUS when 0.1 % of what was traded is over a tenth of the gain."""
    rules = evidence.run.rules
    if rules.commission or rules.tax or rules.slippage or not len(evidence.market_trades):
        return None
    cost = evidence.traded_amount * TYPICAL / 100.0
    return Finding(
        "costs_zero", Severity.SERIOUS if 0 < evidence.gain < cost * 100.0 / MUCH else Severity.WARNING, "No costs",
        f"Commission, tax and slippage are 0. {TYPICAL} % of the {evidence.traded_amount:,.0f} traded would be "
        f"{cost:,.0f} of a gain of {evidence.gain:,.0f}.",
        {"traded": evidence.traded_amount, "typical_cost": cost, "gain": evidence.gain},
    )  # fmt: skip
