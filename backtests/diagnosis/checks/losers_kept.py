"""Winners are sold, losers stay."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of

WINS = 80.0  # percent of the sales
ENOUGH = 30  # sales
LARGE = 50.0  # percent of what the sales earned


@check("losers_kept", Severity.WARNING)
def losers_kept(evidence: Evidence) -> Finding | None:
    """A high win rate is easy where only winners are sold: the losses are in the holdings, not in the trade figures."""
    sells, holdings = evidence.run.sells, evidence.run.ledger.holdings
    if len(sells) < ENOUGH:
        return None
    wins, earned = percent_of(int((sells["profit"] > 0).sum()), len(sells)), float(sells["profit"].sum())
    losing = holdings[holdings["profit"] < 0]
    lost = -float(losing["profit"].sum())
    if wins < WINS or earned <= 0 or percent_of(lost, earned) <= LARGE:
        return None
    oldest = int(np.max(losing["hold_days"]))
    return Finding(
        "losers_kept", Severity.WARNING, "Losers are kept",
        f"{wins:.0f} % of the sales won {earned:,.0f} together, while {len(losing):,} holdings are {lost:,.0f} down, "
        f"the oldest held for {oldest:,} days.",
        {"win_rate": wins, "earned": earned, "open_loss": lost, "losing_holdings": len(losing), "oldest_days": oldest},
    )  # fmt: skip
