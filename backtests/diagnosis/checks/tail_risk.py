"""Small gains, rare large losses."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

ENOUGH = 252  # sessions
SKEWNESS = -1.0
KURTOSIS = 10.0  # in excess of the normal


@check("tail_risk", Severity.WARNING)
def tail_risk(evidence: Evidence) -> Finding | None:
    """Lopsided returns with fat tails make Sharpe ratio and volatility flatter the strategy: the loss comes at once."""
    skewness, kurtosis, worst = (evidence.statistics[name] for name in ("skewness", "kurtosis", "worst_day"))
    if skewness is None or kurtosis is None or worst is None or evidence.sessions < ENOUGH:
        return None
    if skewness >= SKEWNESS or kurtosis <= KURTOSIS:
        return None
    return Finding(
        "tail_risk", Severity.WARNING, "Rare large losses",
        f"Daily returns have a skewness of {skewness:.1f} and an excess kurtosis of {kurtosis:.0f}; the worst day lost "
        f"{-worst:.1f} %.",
        {"skewness": skewness, "kurtosis": kurtosis, "worst_day": worst},
    )  # fmt: skip
