"""A few days earned all of it."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from backtests.diagnosis.wording import counted

ONE_IN = 100  # the best hundredth of the days is left out
ENOUGH = 252  # sessions; of fewer, one or two days always weigh


@check("few_days_make_profit", Severity.NOTE, Severity.WARNING)
def few_days_make_profit(evidence: Evidence) -> Finding | None:
    """Who misses the best days has nothing: the return depends on being in the market on days nobody can name.

    Without a hundredth of the days the return is gone for a Sharpe ratio below 0.4 even of normal returns: a NOTE. A
    WARNING when the best day alone is enough.
    """
    track = evidence.run.track
    if track.sessions < ENOUGH or evidence.gain <= 0:
        return None
    days = track.sessions // ONE_IN
    without = 100.0 * (float(np.prod(1.0 + track.ascending[:-days])) - 1.0)
    if without > 0:
        return None
    total, best = 100.0 * evidence.gain / evidence.capital, float(track.ascending[-1])
    return Finding(
        "few_days_make_profit", Severity.WARNING if total <= 100.0 * best else Severity.NOTE,
        "A few days make the profit",
        f"Without its {counted(days, 'best day')} of {track.sessions:,} the total return is {without:.1f} % instead of "
        f"{total:.1f} %.",
        {
            "days": days, "sessions": track.sessions, "without": without, "total_return": total,
            "best_day": 100.0 * best,
        },
    )  # fmt: skip
