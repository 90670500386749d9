"""Trades on sessions without a volume."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted, percent_of

MOST = 5.0  # percent of the trades


@check("volume_unknown", Severity.NOTE, Severity.WARNING)
def volume_unknown(evidence: Evidence) -> Finding | None:
    """Without a volume nobody can say whether a trade was possible. WARNING where a volume cap is not applied."""
    trades = evidence.market_trades
    unknown = int(np.isnan(evidence.run.prices.volume[trades["session"], trades["instrument"]]).sum())
    share = percent_of(unknown, len(trades))
    if share <= MOST:
        return None
    cap = evidence.run.rules.volume_cap
    why = (
        "whether they were possible cannot be told" if cap is None else f"the cap of {cap:g} % was not applied to them"
    )
    return Finding(
        "volume_unknown", Severity.NOTE if cap is None else Severity.WARNING, "Volumes are missing",
        f"{unknown:,} of {counted(len(trades), 'trade')} are on sessions without a volume: {why}.",
        {"trades": len(trades), "unknown": unknown, "share": share, "volume_cap": cap},
    )  # fmt: skip
