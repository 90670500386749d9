"""What each buy condition added."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backtests.calc.ledger import Side
from backtests.calc.outcomes.closed import grouped, openers
from backtests.calc.outcomes.plain import Number, number, numbers
from backtests.calc.run import Run
from portfolio.calc.statistics import statistics_of

ENOUGH = 3  # pairs, for a correlation that says anything


def contribution(run: Run, returns_without: Sequence[float | None]) -> list[dict[str, Any]]:
    """A row per buy condition, in their order.

    Every trade meets all conditions, so ``trades`` (buys), ``wins``, ``win_rate``, ``average_profit_rate`` (percent)
    and ``contribution_score`` (wins / all sells x 100) are those of the whole run. What tells conditions apart:
    ``rank_correlation`` (Spearman, over closed trades) of the score at entry with the profit rate, None for fewer than
    three pairs or without scatter; and ``return_change`` = total return - ``return_without`` it, percent points.
    ``rank``: 1 has the highest contribution score; equals by return change (none last), then by place.
    ``returns_without`` [C]: total return in percent of the run without each condition. ValueError for another length.
    """
    if len(returns_without) != len(run.conditions):
        raise ValueError(f"{len(run.conditions)} conditions, but {len(returns_without)} returns without one")
    closed = grouped(run.sells, np.zeros(len(run.sells), np.int64), 1)
    total = statistics_of(run.track, ["total_return"])["total_return"]
    changes = [None if total is None or other is None else total - other for other in returns_without]
    order = sorted(range(len(changes)), key=lambda place: _best_first(changes[place]))
    common = {
        "trades": int(np.count_nonzero(run.ledger.trades["side"] == Side.BUY)),
        "wins": int(closed.wins[0]),
        "win_rate": number(closed.win_rate[0]),
        "average_profit_rate": number(closed.average_profit_rate[0]),
        "contribution_score": number(closed.win_rate[0]),
    }
    return [
        {
            "condition": condition, **common, "rank": order.index(place) + 1, "rank_correlation": correlation,
            "return_without": number(returns_without[place]), "return_change": number(changes[place]),
        }
        for place, (condition, correlation) in enumerate(zip(run.conditions, _correlations(run), strict=True))
    ]  # fmt: skip


def _best_first(change: float | None) -> float:
    return np.inf if change is None else -change


def _correlations(run: Run) -> list[Number]:
    """Of each condition: float [C]."""
    if run.entry_scores is None:
        return [None] * len(run.conditions)
    sold = run.ledger.trades["side"] == Side.SELL
    scores = run.entry_scores[:, openers(run.ledger.trades)[sold]]
    return numbers(np.array([rank_correlation(score, run.sells["profit_rate"]) for score in scores]))


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's of the pairs [k] that have both; NaN for fewer than three or where one side is all equal."""
    both = np.isfinite(first) & np.isfinite(second)
    if np.count_nonzero(both) < ENOUGH:
        return np.nan
    ranks = np.stack([average_ranks(first[both]), average_ranks(second[both])])
    ranks -= ranks.mean(axis=1, keepdims=True)
    scatter = float(np.sqrt(np.square(ranks).sum(axis=1).prod()))
    return float(ranks[0] @ ranks[1]) / scatter if scatter > 0 else np.nan


def average_ranks(figures: np.ndarray) -> np.ndarray:
    """Ranks from 1 of figures [k], equal ones sharing their average; float64 [k]. (SciPy's take a second to import.)"""
    _, place, count = np.unique(figures, return_inverse=True, return_counts=True)
    ranks = np.cumsum(count) - (count - 1) / 2.0
    return np.asarray(ranks[place])
