"""Positions valued at old prices."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of

WARNING = 2.0  # percent of position-sessions; ordinary suspensions stay below
SERIOUS = 10.0


@check("stale_prices", Severity.WARNING, Severity.SERIOUS)
def stale_prices(evidence: Evidence) -> Finding | None:
    """A position without a bar stands still: volatility and drawdown come out too small, and it cannot be sold."""
    positions = evidence.positions
    stale = ~positions.bar
    share = percent_of(int(stale.sum()), len(positions))
    if share <= WARNING:
        return None
    count = np.bincount(positions.instrument[stale], minlength=evidence.run.prices.instruments)[evidence.traded_names]
    worst = int(np.argmax(count))
    ticker = evidence.ticker(evidence.traded_names[worst])
    return Finding(
        "stale_prices", Severity.SERIOUS if share > SERIOUS else Severity.WARNING, "Positions valued at old prices",
        f"{share:.1f} % of all days of all positions are valued at an older close; "
        f"{ticker} on {count[worst]:,} of its days.",
        {
            "position_sessions": len(positions), "stale": int(stale.sum()), "share": share,
            "worst": {"ticker": ticker, "sessions": int(count[worst])},
        },
    )  # fmt: skip
