"""One name earned most of it."""

import numpy as np

from backtests.calc.ledger import Ledger
from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of

MOST = 50.0  # percent of the gain from a single name
FEW = 5  # names; among fewer one always weighs (see concentration)


@check("one_name_makes_profit", Severity.WARNING, Severity.SERIOUS)
def one_name_makes_profit(evidence: Evidence) -> Finding | None:
    """A result that hangs on one stock is a bet that came off, not a rule that works on many."""
    names = evidence.traded_names
    if evidence.gain <= 0 or len(names) < FEW:
        return None
    gains = _gains(evidence.run.ledger, evidence.run.prices.instruments)[names]
    best = int(np.argmax(gains))
    share = percent_of(gains[best], evidence.gain)
    if share <= MOST:
        return None
    without = evidence.gain - float(gains[best])
    ticker = evidence.ticker(names[best])
    end = "without it there is a loss" if without < 0 else f"the other {len(names) - 1:,} made the rest"
    return Finding(
        "one_name_makes_profit", Severity.SERIOUS if without < 0 else Severity.WARNING, "One name makes the profit",
        f"{ticker} made {share:.0f} % of the gain; {end}.",
        {"ticker": ticker, "gain": float(gains[best]), "share": share, "gain_without": without, "names": len(names)},
    )  # fmt: skip


def _gains(ledger: Ledger, instruments: int) -> np.ndarray:
    """What each name earned: all its cash flows, dividends included, and what is left of it: float64 [N]."""
    gains = np.zeros(instruments)
    for rows, figure in ((ledger.trades, "cash_flow"), (ledger.events, "cash_flow"), (ledger.holdings, "value")):
        np.add.at(gains, rows["instrument"], rows[figure])
    return gains
