"""Years without a dividend."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR

POSITION_YEARS = 5.0  # held, after which some dividend is to be expected


@check("no_dividends", Severity.NOTE)
def no_dividends(evidence: Evidence) -> Finding | None:
    """Raw prices leave dividends out: where none are loaded, a portfolio earns some two percent a year less than it
    would have.
    """
    prices, held = evidence.run.prices, evidence.positions
    raw = np.ones(prices.instruments, bool) if evidence.adjusted is None else ~evidence.adjusted
    years = float(raw[held.instrument].sum()) / SESSIONS_A_YEAR
    if len(prices.dividends.session) or years < POSITION_YEARS:
        return None
    return Finding(
        "no_dividends", Severity.NOTE, "No dividend is known",
        f"No name of the market has a cash dividend in these prices, and {years:.0f} years of raw positions were held.",
        {"position_years": years},
    )  # fmt: skip
