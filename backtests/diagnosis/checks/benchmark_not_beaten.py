"""The benchmark earned more."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check


@check("benchmark_not_beaten", Severity.WARNING)
def benchmark_not_beaten(evidence: Evidence) -> Finding | None:
    """Who earns less than the benchmark is better off with an index fund, unless the risk was much smaller."""
    excess, other = evidence.statistics["excess_return"], evidence.statistics["benchmark_return"]
    if excess is None or other is None or excess >= 0 or not len(evidence.run.ledger.trades):
        return None
    return Finding(
        "benchmark_not_beaten", Severity.WARNING, "The benchmark is not beaten",
        f"The benchmark returned {other:.1f} %, the strategy {other + excess:.1f} % over the same sessions.",
        {"benchmark_return": other, "excess_return": excess},
    )  # fmt: skip
