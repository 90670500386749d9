"""Profit that is still on paper."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted, percent_of

MOST = 50.0  # percent of the gain


@check("unrealised_profit", Severity.NOTE, Severity.WARNING)
def unrealised_profit(evidence: Evidence) -> Finding | None:
    """Open profit depends on the last closes, and no sale has tested it; win rate and profit factor do not know it.

    WARNING when all that was closed, with dividends, made a loss: winners are shown open, losers are gone.
    """
    holdings = evidence.run.ledger.holdings
    open_profit = float(holdings["profit"].sum())
    share = percent_of(open_profit, evidence.gain)
    if evidence.gain <= 0 or share <= MOST:
        return None
    realised = evidence.gain - open_profit
    losing = realised < 0 and len(evidence.run.sells) > 0
    return Finding(
        "unrealised_profit", Severity.WARNING if losing else Severity.NOTE, "Much of the profit is open",
        f"{share:.0f} % of the gain is the open profit of {counted(len(holdings), 'final holding')}; what is closed "
        f"made {round(realised):,}.",
        {"open_profit": open_profit, "realised": realised, "share": share, "holdings": len(holdings)},
    )  # fmt: skip
