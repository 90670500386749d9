"""Who could be chosen on each rebalance session, and where the others were lost."""

from typing import Any

import numpy as np

from backtests.calc.conditions import FactorCondition
from backtests.calc.ledger import Side
from backtests.services.running import Finished
from backtests.services.signals import Ranks


def selection_of(finished: Finished) -> list[dict[str, Any]]:
    """A row per rebalance session: ``universe`` (listed there, with a bar), and by buy condition how many of those have
    its figure (``known``) and meet it (``met``); ``candidates`` meet all; ``bought``: orders of it that were filled.
    """
    asked, prices = finished.asked, finished.market.prices
    rows, at = np.flatnonzero(asked.plan.buys), asked.plan.at[asked.plan.buys]
    there = asked.members[rows] & np.isfinite(prices.close[at])
    ranks, candidates = Ranks(asked, finished.market), there.copy()
    known, met = [], []
    for condition in finished.config.buys:
        figures = _figures(finished, condition)[rows]
        meets = there & ranks.met(condition)[rows]
        known.append((there & np.isfinite(figures)).sum(axis=1))
        met.append(meets.sum(axis=1))
        candidates &= meets
    trades = finished.run.ledger.trades
    bought = np.bincount(trades["signal_session"][trades["side"] == Side.BUY], minlength=prices.sessions)[at]
    return [
        {
            "date": str(prices.dates[session]), "universe": int(there[row].sum()),
            "conditions": [{"known": int(one[row]), "met": int(two[row])} for one, two in zip(known, met, strict=True)],
            "candidates": int(candidates[row].sum()), "bought": int(bought[row]),
        }
        for row, session in enumerate(at.tolist())
    ]  # fmt: skip


def coverage_of(finished: Finished, selection: list[dict[str, Any]]) -> dict[str, float]:
    """By buy condition the share of the universe that has its figure, percent, over all rebalance sessions."""
    total = sum(row["universe"] for row in selection)
    return {
        condition.text: 100.0 * sum(row["conditions"][place]["known"] for row in selection) / total
        for place, condition in enumerate(finished.config.buys)
        if total
    }


def _figures(finished: Finished, condition: FactorCondition) -> np.ndarray:
    """What a condition looks at, [T', N]; ranks are made from scores."""
    layer = finished.asked.layers[condition.factor]
    return np.asarray(layer.score if condition.needs_ranks else getattr(layer, condition.field))
