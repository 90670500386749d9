"""Factor returns from a panel: what yesterday's scores earned today."""

from collections.abc import Mapping, Sequence

import numpy as np

from factors.calc.factor_returns import Earlier, FactorReturns, factor_returns, previous
from factors.engine import Cross
from market.panel import Panel


def returns_of(
    panel: Panel, crosses: Sequence[Cross], before: Mapping[str, Earlier]
) -> tuple[dict[str, FactorReturns], dict[str, Earlier]]:
    """(factor returns by name for each session of the panel, the scores the next session will be measured by).

    before: by name the newest scores before the panel's first session, of its instruments.
    """
    by_ticker = np.argsort(panel.tickers.astype(str), kind="stable")
    days = panel.days_of_sessions()
    traded_today = panel.by_session(panel.at(panel.days.astype(np.float64))) == days[:, None]
    returns = np.where(traded_today, panel.by_session(panel.at(panel.returns)), np.nan)[:, by_ticker]
    earned, after = {}, {}
    for cross in crosses:
        name = cross.factor.name
        scores = panel.by_session(cross.score).astype(np.float32).astype(np.float64)  # as they are stored
        known, after[name] = previous(scores, days, before[name])
        earned[name] = factor_returns(known[:, by_ticker], returns)
    return earned, after
