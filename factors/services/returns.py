"""Factor returns from a panel: what yesterday's scores earned today."""

from collections.abc import Mapping, Sequence

import numpy as np

from factors.calc.factor_returns import FactorReturns, factor_returns, previous
from factors.engine import Cross
from market.panel import Panel


def returns_of(
    panel: Panel, crosses: Sequence[Cross], before: Mapping[str, np.ndarray]
) -> tuple[dict[str, FactorReturns], dict[str, np.ndarray]]:
    """(factor returns by name for each session of the panel, the last scores [N] by name).

    before: by name the scores [N] of the session before the panel's first.
    """
    by_ticker = np.argsort(panel.tickers.astype(str), kind="stable")
    traded_today = panel.by_session(panel.at(panel.days.astype(np.float64))) == panel.days_of_sessions()[:, None]
    returns = np.where(traded_today, panel.by_session(panel.at(panel.returns)), np.nan)[:, by_ticker]
    earned, after = {}, {}
    for cross in crosses:
        name = cross.factor.name
        scores = panel.by_session(cross.score).astype(np.float32).astype(np.float64)  # as they are stored
        known = previous(scores, before[name])
        earned[name] = factor_returns(known[:, by_ticker], returns)
        after[name] = previous(np.concatenate([scores, scores[:1]]), before[name])[-1]
    return earned, after
