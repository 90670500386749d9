"""Holdings that were delisted, and what was assumed about them."""

from backtests.calc.ledger import Reason
from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted

USUAL = -30.0  # percent, the average of delistings for bad performance (Shumway, Journal of Finance 52 (1), 1997)
MUCH = 1.0  # percent of the capital


@check("delisting_losses", Severity.NOTE, Severity.WARNING)
def delisting_losses(evidence: Evidence) -> Finding | None:
    """A delisted share is seldom sold at its last close: a return of 0 hides losses that holders had.

    WARNING when the usual -30 % instead of the assumed return would take more than 1 % of the capital.
    """
    trades = evidence.run.ledger.trades
    closed = trades[trades["reason"] == Reason.DELISTED]
    if not len(closed):
        return None
    assumed = float(evidence.run.rules.delisting_return)
    amount = float((closed["quantity"] * closed["price"]).sum())
    less = max(amount * (assumed - USUAL) / 100.0, 0.0)
    share = 100.0 * less / evidence.capital
    text = f"; with {USUAL:g} % the result is {share:.1f} % of the capital lower" if less else ""
    return Finding(
        "delisting_losses", Severity.WARNING if share > MUCH else Severity.NOTE, "Holdings were delisted",
        f"{counted(len(closed), 'holding')} delisted, worth {amount:,.0f} at the last close, closed with "
        f"a return of {assumed:g} %{text}.",
        {
            "delisted": len(closed), "at_last_close": amount, "assumed_return": assumed, "usual_return": USUAL,
            "less": less, "less_of_capital": share,
        },
    )  # fmt: skip
