"""One month earned most of it."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from portfolio.calc.statistics import monthly_returns

ENOUGH = 12  # months; of fewer, one is always a large part
MOST = 50.0  # percent of the total return that goes with the best month


@check("one_month_makes_profit", Severity.NOTE, Severity.WARNING)
def one_month_makes_profit(evidence: Evidence) -> Finding | None:
    """Take the best month away: a steady strategy keeps most of its return, a lucky one nothing."""
    months = monthly_returns(evidence.run.track)
    total = 100.0 * evidence.gain / evidence.capital
    if len(months.percent) < ENOUGH or total <= 0:
        return None
    best = int(np.nanargmax(months.percent))
    without = 100.0 * ((1.0 + total / 100.0) / (1.0 + months.percent[best] / 100.0) - 1.0)
    if without > total * (1.0 - MOST / 100.0):
        return None
    return Finding(
        "one_month_makes_profit", Severity.WARNING if without <= 0 else Severity.NOTE, "One month makes the profit",
        f"Without {months.period[best]} ({months.percent[best]:+.1f} %) the total return is {without:.1f} % instead of "
        f"{total:.1f} %.",
        {
            "month": str(months.period[best]), "month_return": float(months.percent[best]), "total_return": total,
            "without": float(without), "months": len(months.percent),
        },
    )  # fmt: skip
