"""The portfolio is replaced many times a year."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR

ENOUGH = 63  # sessions; before, the first purchases are most of it
NOTE = 1200.0  # percent of the value a year, one side: everything replaced every month
WARNING = 2600.0  # every two weeks


@check("high_turnover", Severity.NOTE, Severity.WARNING)
def high_turnover(evidence: Evidence) -> Finding | None:
    """The more is traded, the more the result depends on the costs assumed and on fills at the price shown."""
    if evidence.sessions < ENOUGH:
        return None
    annual = float(evidence.run.ledger.snapshots["turnover"].mean()) * SESSIONS_A_YEAR
    if annual <= NOTE:
        return None
    paid = percent_of(evidence.costs, evidence.traded_amount)
    return Finding(
        "high_turnover", Severity.WARNING if annual > WARNING else Severity.NOTE, "High turnover",
        f"{annual:,.0f} % of the value is replaced a year, at costs of {paid:.2f} % of each trade: "
        f"0.10 % more would take {annual / 500:.1f} % a year.",
        {"annual_turnover": annual, "costs_of_amount": paid},
    )  # fmt: skip
