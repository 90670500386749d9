"""A fall hardly anybody sits out."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

WARNING = 40.0  # percent
SERIOUS = 60.0


@check("deep_drawdown", Severity.WARNING, Severity.SERIOUS)
def deep_drawdown(evidence: Evidence) -> Finding | None:
    """Strategies are given up in falls like these: the return at the end was for those who stayed, if anybody did."""
    deepest, longest = evidence.statistics["max_drawdown"], evidence.statistics["longest_drawdown_duration"]
    if deepest is None or longest is None or deepest <= WARNING:
        return None
    needed = 100.0 * deepest / (100.0 - deepest) if deepest < 100.0 else None
    regain = "and nothing can regain it" if needed is None else f"which takes {needed:,.0f} % to regain"
    return Finding(
        "deep_drawdown", Severity.SERIOUS if deepest > SERIOUS else Severity.WARNING, "Deep drawdown",
        f"The value fell {deepest:.0f} % below its peak, {regain}; the longest fall lasted {longest:,.0f} sessions.",
        {"max_drawdown": deepest, "needed_to_regain": needed, "longest_sessions": longest},
    )  # fmt: skip
