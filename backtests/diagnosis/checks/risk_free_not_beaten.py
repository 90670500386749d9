"""A deposit earned more."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

ENOUGH = 63  # sessions; a rate per year of fewer says nothing


@check("risk_free_not_beaten", Severity.WARNING)
def risk_free_not_beaten(evidence: Evidence) -> Finding | None:
    """Risk was taken for less than what a deposit pays."""
    annual, rate = evidence.statistics["annualized_return"], 100.0 * evidence.run.risk_free
    if annual is None or annual >= rate or evidence.sessions < ENOUGH or not len(evidence.run.ledger.trades):
        return None
    return Finding(
        "risk_free_not_beaten", Severity.WARNING, "Less than the risk-free rate",
        f"The strategy returned {annual:.1f} % a year, the risk-free rate is {rate:.1f} %.",
        {"annualized_return": annual, "risk_free": rate},
    )  # fmt: skip
