"""The capital was as good as lost."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

LEFT = 20.0  # percent of the initial capital


@check("ruin", Severity.SERIOUS)
def ruin(evidence: Evidence) -> Finding | None:
    """With so little left a fund is closed: what the simulation does afterwards would not have happened."""
    values = evidence.run.values
    left = 100.0 * values / evidence.capital
    if left.min() >= LEFT:
        return None
    day = str(evidence.run.dates[int(np.argmax(left < LEFT))])
    return Finding(
        "ruin", Severity.SERIOUS, "The capital was nearly lost",
        f"On {day} less than {LEFT:.0f} % of the capital was left, {left.min():.1f} % at the worst.",
        {"date": day, "lowest": float(left.min()), "limit": LEFT},
    )  # fmt: skip
