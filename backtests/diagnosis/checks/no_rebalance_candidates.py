"""Rebalances on which nobody met the conditions."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted, percent_of

WARNING = 25.0  # percent of the rebalances
SERIOUS = 75.0


@check("no_rebalance_candidates", Severity.NOTE, Severity.WARNING, Severity.SERIOUS)
def no_rebalance_candidates(evidence: Evidence) -> Finding | None:
    """Conditions nobody meets leave cash, or sell everything in mode ``target``; often scores are missing."""
    unmet, rebalances = evidence.run.ledger.unmet, len(evidence.run.ledger.rebalances)
    if not len(unmet):
        return None
    empty, first = len(unmet), evidence.day(int(unmet[0]))
    share = percent_of(empty, rebalances)
    severity = Severity.SERIOUS if share > SERIOUS else Severity.WARNING if share > WARNING else Severity.NOTE
    return Finding(
        "no_rebalance_candidates", severity, "Nobody met the conditions",
        f"On {empty:,} of {counted(rebalances, 'rebalance')} nothing met the buy conditions, first on {first}.",
        {"rebalances": rebalances, "empty": empty, "share": share, "first": first},
    )  # fmt: skip
