"""Holdings whose delisting is not booked any more."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.checks.delisting_losses import MUCH, USUAL
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted

SHOWN = 5


@check("delisted_at_end", Severity.NOTE, Severity.WARNING)
def delisted_at_end(evidence: Evidence) -> Finding | None:
    """A delisting is booked on the session after the last one of the name. Where that is beyond the end, the holding
    stays at its last close, as if everybody could have sold there.

    WARNING when the assumed return, or the usual -30 % where that is less, would take more than 1 % of the capital.
    """
    prices, holdings = evidence.run.prices, evidence.run.ledger.holdings
    last = holdings[prices.ends[holdings["instrument"]] < prices.sessions]
    if not len(last):
        return None
    assumed, amount = float(evidence.run.rules.delisting_return), float(last["value"].sum())
    less, usual = (0.0 - amount * rate / 100.0 for rate in (assumed, USUAL))
    share = 100.0 * max(less, usual) / evidence.capital
    tickers = [evidence.ticker(name) for name in last["instrument"]]
    return Finding(
        "delisted_at_end", Severity.WARNING if share > MUCH else Severity.NOTE, "Holdings are delisted at the end",
        f"Delisted after the last session, and still at the close of it, {amount:,.0f}: "
        f"{counted(len(last), 'final holding')} ({', '.join(tickers[:SHOWN])}). The assumed {assumed:g} % would take "
        f"{less:,.0f}, {USUAL:g} % {usual:,.0f}.",
        {
            "holdings": len(last), "value": amount, "tickers": tickers, "assumed_return": assumed, "less": less,
            "usual_return": USUAL, "usual_less": usual, "worst_of_capital": share,
        },
    )  # fmt: skip
