"""Trades larger than the market could take."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted, percent_of

MOST = 10.0  # percent of the session's volume that can be traded without moving the price much
WARNING = 5.0  # percent of all that was traded
SERIOUS = 25.0
ROUNDING = 1e-9


@check("capacity", Severity.NOTE, Severity.WARNING, Severity.SERIOUS)
def capacity(evidence: Evidence) -> Finding | None:
    """An order of much of a session's volume moves the price; the fill at the open or close is then fiction."""
    trades = evidence.market_trades
    if evidence.adjusted is not None:
        trades = trades[~evidence.adjusted[trades["instrument"]]]
    volume = evidence.run.prices.volume[trades["session"], trades["instrument"]]
    trades, volume = trades[volume > 0], volume[volume > 0]
    part = 100.0 * trades["quantity"] / volume
    large = part > MOST + ROUNDING
    if not large.any():
        return None
    amount = trades["quantity"] * trades["execution_price"]
    share = percent_of(float(amount[large].sum()), float(amount.sum()))
    severity = Severity.SERIOUS if share >= SERIOUS else Severity.WARNING if share >= WARNING else Severity.NOTE
    worst = int(np.argmax(part))  # trades are in the order of time, then of tickers or ranks
    ticker, day = evidence.ticker(trades["instrument"][worst]), evidence.day(trades["session"][worst])
    return Finding(
        "capacity", severity, "Trades too large for the market",
        f"{int(large.sum()):,} of {counted(len(trades), 'trade')} ({share:.1f} % of the money) took over {MOST:.0f} % "
        f"of the session's volume; {ticker} on {day} {part[worst]:,.0f} %.",
        {
            "trades": len(trades), "above": int(large.sum()), "share_of_amount": share, "most": MOST,
            "worst": {"ticker": ticker, "date": day, "percent_of_volume": float(part[worst])},
        },
    )  # fmt: skip
