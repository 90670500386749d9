"""One name earned most of it."""

import numpy as np

from backtests.calc.outcomes.distributions import profit_by_name
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
    gains = profit_by_name(evidence.run)[names]
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
