"""Too good to be true."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

ENOUGH = 126  # sessions; annualised figures of fewer are extreme by themselves
SHARPE = 3.0  # hardly any fund keeps one above this
ANNUAL = 100.0  # percent


@check("too_good", Severity.WARNING, Severity.SERIOUS)
def too_good(evidence: Evidence) -> Finding | None:
    """Results that the best funds never had are nearly always an error: look-ahead, a missing split, wrong prices."""
    sharpe, annual = evidence.statistics["sharpe_ratio"], evidence.statistics["annualized_return"]
    if sharpe is None or annual is None or evidence.sessions < ENOUGH or (sharpe <= SHARPE and annual <= ANNUAL):
        return None
    return Finding(
        "too_good", Severity.SERIOUS if sharpe > SHARPE else Severity.WARNING, "Too good to be true",
        f"A Sharpe ratio of {sharpe:.1f} at {annual:,.0f} % a year: look for an error in data or signals first.",
        {"sharpe_ratio": sharpe, "annualized_return": annual},
    )  # fmt: skip
