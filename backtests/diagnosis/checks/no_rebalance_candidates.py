"""Rebalances on which nobody met the conditions."""

import re

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted, percent_of

# The simulation tells it as a warning with the number of sessions; the ledger has no other trace of it.
TOLD = re.compile(r"nothing met the buy conditions on a rebalance session \((\d+) sessions?, first (\S+)\)")
WARNING = 25.0  # percent of the rebalances
SERIOUS = 75.0


@check("no_rebalance_candidates", Severity.NOTE, Severity.WARNING, Severity.SERIOUS)
def no_rebalance_candidates(evidence: Evidence) -> Finding | None:
    """Conditions nobody meets leave cash, or sell everything in mode ``target``; often scores are missing."""
    found = [match for text in evidence.run.ledger.warnings if (match := TOLD.match(text))]
    if not found:
        return None
    empty, first, rebalances = int(found[0][1]), found[0][2], len(evidence.run.ledger.rebalances)
    share = percent_of(empty, rebalances)
    severity = Severity.SERIOUS if share > SERIOUS else Severity.WARNING if share > WARNING else Severity.NOTE
    return Finding(
        "no_rebalance_candidates", severity, "Nobody met the conditions",
        f"On {empty:,} of {counted(rebalances, 'rebalance')} nothing met the buy conditions, first on {first}.",
        {"rebalances": rebalances, "empty": empty, "share": share, "first": first},
    )  # fmt: skip
