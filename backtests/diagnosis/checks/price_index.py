"""A benchmark without dividends beside a portfolio with them."""

from backtests.calc.ledger import Action
from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR


@check("price_index", Severity.NOTE, Severity.WARNING)
def price_index(evidence: Evidence) -> Finding | None:
    """An index of prices leaves dividends out, some two percent a year that the portfolio has. WARNING where its lead
    is smaller than the dividends received.
    """
    excess = evidence.statistics["excess_return"] if evidence.price_index else None
    if excess is None:
        return None
    events = evidence.run.ledger.events
    received = float(events["cash_flow"][events["action"] == Action.DIVIDEND].sum())
    inside = evidence.adjusted is not None and bool(evidence.adjusted[evidence.traded_names].any())
    if not received and not inside:
        return None
    share = 100.0 * received / evidence.capital
    told = "adjusted prices hold the dividends" if inside else f"dividends are {share:.1f} % of the capital"
    years = evidence.sessions / SESSIONS_A_YEAR
    return Finding(
        "price_index", Severity.WARNING if 0 < excess < share else Severity.NOTE, "The benchmark has no dividends",
        f"The benchmark is an index of prices; in the portfolio {told}. Its lead is {excess:.1f} percent points.",
        {"excess_return": excess, "dividends": received, "share": share, "in_prices": inside, "years": years},
    )  # fmt: skip
