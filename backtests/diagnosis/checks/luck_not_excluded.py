"""A Sharpe ratio that chance could have made."""

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check

SURE = 0.95  # probabilistic Sharpe ratio


@check("luck_not_excluded", Severity.WARNING)
def luck_not_excluded(evidence: Evidence) -> Finding | None:
    """A short, skewed or fat-tailed record can show a good Sharpe ratio without skill (Bailey, Lopez de Prado 2012).

    Only where the Sharpe ratio is above 0: nothing else has to be explained by skill.
    """
    sharpe, probability = evidence.statistics["sharpe_ratio"], evidence.statistics["probabilistic_sharpe_ratio"]
    if sharpe is None or probability is None or sharpe <= 0 or probability >= SURE:
        return None
    return Finding(
        "luck_not_excluded", Severity.WARNING, "Luck is not excluded",
        f"A Sharpe ratio of {sharpe:.2f} over {evidence.sessions:,} sessions can be chance: the true one is above 0 "
        f"with a probability of {100 * probability:.0f} %, less than {100 * SURE:.0f} %.",
        {"sharpe_ratio": sharpe, "probability": probability, "sure": SURE, "sessions": evidence.sessions},
    )  # fmt: skip
