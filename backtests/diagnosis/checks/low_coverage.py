"""Conditions whose figures most names do not have."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

FEW = 50.0  # percent of the universe
FEWEST = 10.0


@check("low_coverage", Severity.WARNING, Severity.SERIOUS)
def low_coverage(evidence: Evidence) -> Finding | None:
    """A missing figure meets no condition: where most names lack it, the strategy chose among the few that happen to
    have reports, and cash that lies idle is a matter of the data.
    """
    low = {text: share for text, share in evidence.coverage.items() if share < FEW}
    if not low:
        return None
    text, share = min(low.items(), key=lambda one: (one[1], one[0]))
    others = f", and {len(low) - 1} more" if len(low) > 1 else ""
    return Finding(
        "low_coverage", Severity.SERIOUS if share < FEWEST else Severity.WARNING, "Figures are missing",
        f"On average {share:.0f} % of the universe has the figure of '{text}'{others}; a missing one meets nothing.",
        {"share": share, "condition": text, "coverage": dict(low)},
    )  # fmt: skip
