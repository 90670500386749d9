"""Every fill at exactly the price shown."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check


@check("slippage_zero", Severity.NOTE)
def slippage_zero(evidence: Evidence) -> Finding | None:
    """Half the spread and the own order's impact are paid on every trade, whatever the broker charges.

    Where commission and tax are 0, too, ``costs_zero`` tells it.
    """
    rules = evidence.run.rules
    if rules.slippage or not (rules.commission or rules.tax) or not len(evidence.market_trades):
        return None
    lost = 100.0 * evidence.traded_amount * 0.001 / evidence.capital
    return Finding(
        "slippage_zero", Severity.NOTE, "No slippage",
        f"Slippage is 0: all {len(evidence.market_trades):,} trades are filled at the price shown. 0.1 % would take "
        f"{lost:.1f} % of the capital.",
        {"trades": len(evidence.market_trades), "traded": evidence.traded_amount, "lost_of_capital": lost},
    )  # fmt: skip
