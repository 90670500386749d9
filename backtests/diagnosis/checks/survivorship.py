"""A universe in which nobody ever disappears."""

import numpy as np

from backtests.diagnosis.base import Evidence, Finding, Severity
from backtests.diagnosis.registry import check
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR

A_YEAR = 0.03  # of listed names disappear a year, at least: mergers, bankruptcies, going private
LIKELY = 3.0  # so many expected and none seen has a chance of one in twenty
CERTAIN = 15.0  # and so many none at all


@check("survivorship", Severity.WARNING, Severity.SERIOUS)
def survivorship(evidence: Evidence) -> Finding | None:
    """A universe of today's survivors leaves the losers out; every strategy looks better in it.

    From a hundred name-years on, of which some always end. One that ever ended shows that the dead are in the data.
    """
    prices, years = evidence.run.prices, evidence.sessions / SESSIONS_A_YEAR
    ended = int(np.count_nonzero(prices.ends < prices.sessions))
    names = prices.instruments
    expected = names * years * A_YEAR
    if ended or expected < LIKELY:
        return None
    return Finding(
        "survivorship", Severity.SERIOUS if expected >= CERTAIN else Severity.WARNING, "No name ever ended",
        f"None of {names:,} names was delisted in {years:.1f} years, where about {expected:.0f} or more are usual: the "
        "data probably hold survivors only.",
        {"names": names, "years": years, "ended": ended, "usual": expected},
    )  # fmt: skip
