"""Orders filled at the close that decided them."""

import numpy as np

from backtests.calc.rules import Fill
from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted


@check("look_ahead_fill", Severity.SERIOUS)
def look_ahead_fill(evidence: Evidence) -> Finding | None:
    """Nobody can trade at a close that the decision needs: the backtest knows what a trader does not yet know."""
    trades = evidence.market_trades
    at_once = int(np.count_nonzero(trades["session"] == trades["signal_session"]))
    if evidence.run.rules.fill is not Fill.SAME_CLOSE or not at_once:
        return None
    return Finding(
        "look_ahead_fill", Severity.SERIOUS, "Fills look ahead",
        f"{at_once:,} of {counted(len(trades), 'trade')} are filled at the close with which they were decided. "
        "Use the next session's open.",
        {"fill": str(evidence.run.rules.fill), "at_once": at_once, "trades": len(trades)},
    )  # fmt: skip
