"""Nothing to compare with."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import percent_of

GAPS = 5.0  # percent of the sessions without a level


@check("benchmark_missing", Severity.NOTE, Severity.WARNING)
def benchmark_missing(evidence: Evidence) -> Finding | None:
    """A return says nothing until it stands beside that of the market; one with gaps is compared on fewer sessions."""
    levels = evidence.run.benchmark
    known = 0 if levels is None else int(np.isfinite(levels).sum())
    rows = evidence.sessions + 1
    missing = percent_of(rows - known, rows)
    if missing <= GAPS:
        return None
    told = {"asked": evidence.asked_benchmark, "levels": known, "sessions": rows, "missing": missing}
    if known:
        text = f"The benchmark has no level on {missing:.0f} % of the sessions; those are not compared."
    elif evidence.asked_benchmark:
        text = "A benchmark was asked for, but it has no levels in the period."
    else:
        text = "No benchmark was chosen: whether the market explains the return is not known."
    severity = Severity.WARNING if known or evidence.asked_benchmark else Severity.NOTE
    return Finding("benchmark_missing", severity, "No benchmark" if not known else "Benchmark with gaps", text, told)
