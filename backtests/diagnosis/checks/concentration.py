"""Few positions carry the portfolio."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of

LARGE = 30.0  # percent of the value in one position
OFTEN = 10.0  # percent of the sessions
FEW = 5.0  # effective positions, 1 / sum of squared weights of what is held, on average
ROUNDING = 1e-9


@check("concentration", Severity.NOTE, Severity.WARNING)
def concentration(evidence: Evidence) -> Finding | None:
    """With few effective positions the fate of single firms decides, and the figures are those of few bets.

    Effective positions on the sessions on which something is held. WARNING when one position is over 30 % of the
    value on more than a tenth of them.
    """
    positions, snapshots = evidence.positions, evidence.run.ledger.snapshots
    at = positions.session - evidence.run.prices.start
    total, squares = (np.bincount(at, figures, len(snapshots)) for figures in (positions.value, positions.value**2))
    held = total > 0
    if not held.any():
        return None
    effective = float((total[held] ** 2 / squares[held]).mean())
    weight = 100.0 * positions.value / snapshots["value"][at]
    large = len(np.unique(at[weight > LARGE + ROUNDING]))
    if not large and effective >= FEW - ROUNDING:
        return None
    most, often = int(np.argmax(weight)), percent_of(large, int(held.sum()))
    ticker, day = evidence.ticker(positions.instrument[most]), evidence.day(positions.session[most])
    text = f"; on {often:.0f} % of the sessions one was above {LARGE:.0f} %" if large else ""
    return Finding(
        "concentration", Severity.WARNING if often > OFTEN else Severity.NOTE, "Concentrated portfolio",
        f"{effective:.1f} effective positions on average; the largest, {ticker} on {day}, was {weight[most]:.0f} % "
        f"of the value{text}.",
        {
            "effective_positions": effective, "sessions_above": large, "share_of_sessions": often, "above": LARGE,
            "largest": {"ticker": ticker, "date": day, "weight": float(weight[most])},
        },
    )  # fmt: skip
