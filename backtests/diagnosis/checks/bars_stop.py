"""Names whose prices stop although they are not delisted."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted

OLD = 20  # sessions without a bar at the end
HEAVY = 10.0  # percent of the final value
SHOWN = 5


@check("bars_stop", Severity.WARNING, Severity.SERIOUS)
def bars_stop(evidence: Evidence) -> Finding | None:
    """A holding whose bars end without a delisting is kept at its last price for ever: a loss that is never booked.

    SERIOUS when such holdings are over 10 % of the final value.
    """
    prices, holdings = evidence.run.prices, evidence.run.ledger.holdings
    recent = np.isfinite(prices.close[max(prices.sessions - OLD, 0) :, holdings["instrument"]]).any(axis=0)
    stuck = holdings[~recent & (prices.ends[holdings["instrument"]] >= prices.sessions)]
    if not len(stuck) or prices.sessions < OLD:
        return None
    tickers = [evidence.ticker(name) for name in stuck["instrument"]]
    weight = float(stuck["weight"].sum())
    return Finding(
        "bars_stop", Severity.SERIOUS if weight > HEAVY else Severity.WARNING, "Prices stop without a delisting",
        f"{counted(len(stuck), 'final holding')} ({weight:.1f} % of the value) had no bar in the last {OLD} sessions "
        f"and no delisting: {', '.join(tickers[:SHOWN])}.",
        {"holdings": len(stuck), "weight": weight, "sessions": OLD, "tickers": tickers},
    )  # fmt: skip
