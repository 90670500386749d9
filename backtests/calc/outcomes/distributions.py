"""How closed trades are spread: histograms, by reason, by name."""

import math
from typing import Any

import numpy as np

from backtests.calc.ledger import Reason
from backtests.calc.outcomes.closed import grouped
from backtests.calc.outcomes.plain import numbers, records
from backtests.calc.run import Run
from market.calc.windows import ZERO

MOST_BINS = 40
RULES = 2**16  # more than a trade can tell apart


def distributions(run: Run) -> dict[str, dict[str, list[Any]]]:
    """``profit_rate`` (percent) and ``hold_days`` of the closed trades, each ``edges`` [k + 1] and ``counts`` [k]; the
    last bin includes its upper edge. Both empty without closed trades.
    """
    return {
        "profit_rate": histogram(run.sells["profit_rate"]),
        "hold_days": histogram(run.sells["hold_days"], whole=True),
    }


def histogram(figures: np.ndarray, *, whole: bool = False) -> dict[str, list[Any]]:
    """Bins of equal width, as many as NumPy's 'auto' makes but at most 40; one bin around figures that differ by
    rounding. ``whole``: edges are whole numbers, so that a bin holds whole days.
    """
    if not len(figures):
        return {"edges": [], "counts": []}
    low, high = figures.min(), figures.max()
    bins = _bins(figures, float(high - low))
    if whole:
        width = max(1, math.ceil((high - low + 1) / bins))
        edges = low + width * np.arange(math.ceil((high - low + 1) / width) + 1)
    elif bins == 1:
        edges = np.array([low - 0.5, high + 0.5])
    else:
        edges = np.linspace(low, high, bins + 1)
    return {"edges": numbers(edges), "counts": numbers(np.histogram(figures, edges)[0])}


def _bins(figures: np.ndarray, reach: float) -> int:
    """The narrower of Freedman-Diaconis and Sturges. NumPy makes all of its bins before anybody can limit them, and one
    outlier among nearly equal figures makes billions.
    """
    if reach <= ZERO * max(1.0, float(np.abs(figures).max())):
        return 1
    lower, upper = np.percentile(figures, [25, 75])
    sturges = reach / (math.log2(len(figures)) + 1.0)
    freedman_diaconis = 2.0 * (upper - lower) / len(figures) ** (1 / 3)
    width = min(freedman_diaconis, sturges) if freedman_diaconis > 0 else sturges
    return math.ceil(min(reach / width, MOST_BINS))


def reasons(run: Run) -> list[dict[str, Any]]:
    """Closed trades by ``reason`` and ``rule`` (place of the sell condition, -1 where none applied): ``trades``,
    ``wins``, ``win_rate`` and ``average_profit_rate`` in percent, ``profit`` in currency.
    """
    keys, group = np.unique(run.sells["reason"].astype(np.int64) * RULES + run.sells["rule"] + 1, return_inverse=True)
    reason, rule = np.divmod(keys, RULES)
    closed = grouped(run.sells, group, len(keys))
    return records(
        {
            "reason": [Reason(one).name for one in reason.tolist()],
            "rule": numbers(rule - 1),
            "trades": numbers(closed.sells),
            "wins": numbers(closed.wins),
            "win_rate": numbers(closed.win_rate),
            "average_profit_rate": numbers(closed.average_profit_rate),
            "profit": numbers(closed.profit),
        }
    )


def profit_by_name(run: Run) -> np.ndarray:
    """What each name earned, in currency: realised, unrealised and dividends; float64 [N], 0 of one never traded."""
    count = run.prices.instruments
    profit = np.zeros(count)
    for rows, column in ((run.sells, "profit"), (run.ledger.holdings, "profit"), (run.ledger.events, "cash_flow")):
        profit += np.bincount(rows["instrument"], weights=rows[column], minlength=count)
    return profit


def by_instrument(run: Run) -> list[dict[str, Any]]:
    """Every name that was traded, best first, equals by ticker: ``instrument`` (its column); ``profit`` in currency
    (``profit_by_name``), which sum to the last value less the capital; its ``share`` of that sum in
    percent (None where the sum is 0; where it is negative, losers have positive shares); its number of ``trades``.
    """
    trades, profit = np.bincount(run.ledger.trades["instrument"], minlength=run.prices.instruments), profit_by_name(run)
    total = run.values[-1] - run.values[0]
    gained = abs(total) > ZERO * run.values[0]
    names = np.flatnonzero(trades)
    names = names[np.lexsort((run.prices.rank[names], -profit[names]))]
    return records(
        {
            "instrument": numbers(names),
            "profit": numbers(profit[names]),
            "share": numbers(100.0 * profit[names] / total if gained else np.full(len(names), np.nan)),
            "trades": numbers(trades[names]),
        }
    )
