"""The best of many variants."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from portfolio.calc.statistics import deflated_sharpe_ratio
from portfolio.calc.statistics.sharpe_tests import luckiest_sharpe

SURE = 0.95  # deflated Sharpe ratio
WORSE_THAN_LUCK = 0.5


@check("many_trials", Severity.WARNING, Severity.SERIOUS)
def many_trials(evidence: Evidence) -> Finding | None:
    """The best of many trials looks good without skill; the deflated Sharpe ratio takes that away (Bailey, Lopez de
    Prado 2014). SERIOUS when it is below one half: luck alone promises more.
    """
    trials, sharpe = evidence.trials[np.isfinite(evidence.trials)], evidence.statistics["sharpe_ratio"]
    if len(trials) < 2 or sharpe is None or sharpe <= 0:
        return None
    probability = deflated_sharpe_ratio(evidence.run.track, trials)
    if probability is None or probability >= SURE:
        return None
    luck = luckiest_sharpe(trials, len(trials))
    return Finding(
        "many_trials", Severity.SERIOUS if probability < WORSE_THAN_LUCK else Severity.WARNING, "Best of many trials",
        f"Of {len(trials):,} variants luck alone makes the best show a Sharpe ratio of {luck:.2f}; this one has "
        f"{sharpe:.2f} and is better than that with a probability of {100 * probability:.0f} %.",
        {"trials": len(trials), "sharpe_ratio": sharpe, "expected_best": luck, "probability": probability},
    )  # fmt: skip
