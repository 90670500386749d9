"""Less than a year of sessions."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted

YEAR = 252  # sessions
QUARTER = 63


@check("short_period", Severity.WARNING, Severity.SERIOUS)
def short_period(evidence: Evidence) -> Finding | None:
    """A period under a year has seen one kind of market, and its annualised figures multiply what was chance."""
    if evidence.sessions >= YEAR:
        return None
    return Finding(
        "short_period", Severity.SERIOUS if evidence.sessions < QUARTER else Severity.WARNING, "Short period",
        f"{counted(evidence.sessions, 'session')}, less than a year of {YEAR}: annualised figures say little.",
        {"sessions": evidence.sessions, "year": YEAR},
    )  # fmt: skip
