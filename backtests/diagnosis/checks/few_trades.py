"""Too few sales to judge by."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted

ENOUGH = 30  # sales; below, win rate and average profit are mostly chance
HARDLY_ANY = 10


@check("few_trades", Severity.WARNING, Severity.SERIOUS)
def few_trades(evidence: Evidence) -> Finding | None:
    """Win rate, average profit and profit factor of a handful of sales say nothing about the next ones."""
    sales = len(evidence.run.sells)
    if sales >= ENOUGH or not len(evidence.run.ledger.trades):
        return None
    return Finding(
        "few_trades", Severity.SERIOUS if sales < HARDLY_ANY else Severity.WARNING, "Few closed trades",
        f"Only {counted(sales, 'sale')}; below {ENOUGH} the figures of trades are mostly chance.",
        {"sales": sales, "enough": ENOUGH},
    )  # fmt: skip
