"""Nothing was ever bought."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted


@check("no_trades", Severity.SERIOUS)
def no_trades(evidence: Evidence) -> Finding | None:
    """A strategy that never trades was not tested; most often a condition can never be met or data are missing."""
    if len(evidence.run.ledger.trades):
        return None
    rebalances = len(evidence.run.ledger.rebalances)
    return Finding(
        "no_trades", Severity.SERIOUS, "Nothing was traded",
        f"Nothing was bought in {counted(evidence.sessions, 'session')} with {counted(rebalances, 'rebalance')}.",
        {"sessions": evidence.sessions, "rebalances": rebalances, "cancelled": len(evidence.run.ledger.cancelled)},
    )  # fmt: skip
