"""Traded at prices that never were."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted, percent_of

SERIOUS = 20.0  # percent of the trades
SHOWN = 5


@check("adjusted_prices", Severity.WARNING, Severity.SERIOUS)
def adjusted_prices(evidence: Evidence) -> Finding | None:
    """At adjusted prices quantities, lots, volume caps and market values are not real; dividends may count twice."""
    if evidence.adjusted is None:
        return None
    names = [name for name in evidence.traded_names if evidence.adjusted[name]]
    if not names:
        return None
    trades = evidence.run.ledger.trades
    count = int(evidence.adjusted[trades["instrument"]].sum())
    share, tickers = percent_of(count, len(trades)), [evidence.ticker(name) for name in names]
    return Finding(
        "adjusted_prices", Severity.SERIOUS if share > SERIOUS else Severity.WARNING, "Adjusted prices",
        f"{count:,} of {counted(len(trades), 'trade')} are in {counted(len(names), 'name')} "
        f"whose raw price is not known: {', '.join(tickers[:SHOWN])}.",
        {"trades": len(trades), "adjusted": count, "share": share, "tickers": tickers},
    )  # fmt: skip
