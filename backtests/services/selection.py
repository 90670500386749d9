"""Who could be chosen on each rebalance session, and where the others were lost."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from backtests.calc.conditions import FactorCondition
from backtests.calc.ledger import Side
from backtests.services.config import Config
from backtests.services.market import Market
from backtests.services.running import Finished
from backtests.services.signals import Asked, Ranks


@dataclass(frozen=True)
class Funnel:
    """Who is left after each condition on each rebalance session: ``at`` int [R], places in the market; ``there`` bool
    [R, N], of the universe with a bar; by buy condition who has its figure (``known``) and who meets it (``met``);
    ``candidates`` meet all.
    """

    at: np.ndarray
    there: np.ndarray
    known: list[np.ndarray]
    met: list[np.ndarray]
    candidates: np.ndarray


def funnel(config: Config, market: Market, asked: Asked) -> Funnel:
    """Who could be chosen, and where the others were lost."""
    rows, at = np.flatnonzero(asked.plan.buys), asked.plan.at[asked.plan.buys]
    there = asked.members[rows] & np.isfinite(market.prices.close[at])
    ranks, candidates = Ranks(asked, market), there.copy()
    known, met = [], []
    for condition in config.buys:
        known.append(there & np.isfinite(_figures(asked, condition)[rows]))
        met.append(there & ranks.met(condition)[rows])
        candidates &= met[-1]
    return Funnel(at, there, known, met, candidates)


def selection_of(finished: Finished) -> list[dict[str, Any]]:
    """A row per rebalance session: ``universe`` (listed there, with a bar), and by buy condition how many of those have
    its figure (``known``) and meet it (``met``); ``candidates`` meet all; ``bought``: orders of it that were filled.
    """
    prices, steps = finished.market.prices, funnel(finished.config, finished.market, finished.asked)
    known, met = ([one.sum(axis=1) for one in kind] for kind in (steps.known, steps.met))
    trades = finished.run.ledger.trades
    bought = np.bincount(trades["signal_session"][trades["side"] == Side.BUY], minlength=prices.sessions)[steps.at]
    return [
        {
            "date": str(prices.dates[session]), "universe": int(steps.there[row].sum()),
            "conditions": [{"known": int(one[row]), "met": int(two[row])} for one, two in zip(known, met, strict=True)],
            "candidates": int(steps.candidates[row].sum()), "bought": int(bought[row]),
        }
        for row, session in enumerate(steps.at.tolist())
    ]  # fmt: skip


def coverage_of(finished: Finished, selection: list[dict[str, Any]]) -> dict[str, float]:
    """By buy condition the share of the universe that has its figure, percent, over all rebalance sessions."""
    total = sum(row["universe"] for row in selection)
    return {
        condition.text: 100.0 * sum(row["conditions"][place]["known"] for row in selection) / total
        for place, condition in enumerate(finished.config.buys)
        if total
    }


def _figures(asked: Asked, condition: FactorCondition) -> np.ndarray:
    """What a condition looks at, [T', N]; ranks are made from scores."""
    layer = asked.layers[condition.factor]
    return np.asarray(layer.score if condition.needs_ranks else getattr(layer, condition.field))
