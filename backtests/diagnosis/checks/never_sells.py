"""A strategy that buys once."""

from backtests.calc.ledger import Reason
from backtests.calc.rules import Mode
from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted


@check("never_sells", Severity.WARNING)
def never_sells(evidence: Evidence) -> Finding | None:
    """Mode ``fill`` holds until a sell condition; without one it is buy and hold of the first choice, however often it
    is rebalanced. Mode ``target`` sells what is no longer chosen.
    """
    run = evidence.run
    if run.rules.mode is not Mode.FILL or run.rules.sell_rules or not len(run.ledger.trades):
        return None
    if (run.sells["reason"] != Reason.DELISTED).any() or len(run.ledger.rebalances) < 2:
        return None
    bought = len(run.ledger.trades) - len(run.sells)
    return Finding(
        "never_sells", Severity.WARNING, "Nothing is ever sold",
        f"Mode fill has no sell condition: {counted(bought, 'purchase')} are held to the end. Mode target sells what is"
        " no longer chosen.",
        {"bought": bought, "rebalances": len(run.ledger.rebalances)},
    )  # fmt: skip
