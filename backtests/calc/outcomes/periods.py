"""Months and years of a run: what they returned, what was traded in them."""

from typing import Any, Literal

import numpy as np

from backtests.calc.outcomes.closed import grouped
from backtests.calc.outcomes.plain import divided, number, numbers, records, texts
from backtests.calc.run import Run
from portfolio.calc.statistics import deepest_drawdowns, monthly_returns, yearly_returns

RETURNS = {"month": ("M", monthly_returns), "year": ("Y", yearly_returns)}


def period_table(run: Run, unit: Literal["month", "year"]) -> list[dict[str, Any]]:
    """A row per month or year with a session, ascending: ``period``; ``return`` and ``benchmark_return`` in percent
    from the last session before it to its last, None after a total loss and where a level is missing at one of these
    ends; ``trades`` and ``sells`` made in it; and of these sells ``win_rate`` (percent) and ``average_hold_days``, None
    without any.
    """
    code, returns_of = RETURNS[unit]
    returns = returns_of(run.track)
    before = run.prices.start - 1  # the session of the dates' first row
    label = run.dates.astype(f"datetime64[{code}]")

    def place(trades: np.ndarray) -> np.ndarray:
        return np.searchsorted(returns.period, label[trades["session"] - before])

    count = len(returns.period)
    closed = grouped(run.sells, place(run.sells), count)
    ends = np.searchsorted(label[1:], returns.period, side="right")
    return records(
        {
            "period": texts(returns.period),
            "return": numbers(returns.percent),
            "benchmark_return": _benchmark(run, ends),
            "trades": numbers(np.bincount(place(run.ledger.trades), minlength=count)),
            "sells": numbers(closed.sells),
            "win_rate": numbers(closed.win_rate),
            "average_hold_days": numbers(closed.average_hold_days),
        }
    )


def _benchmark(run: Run, ends: np.ndarray) -> list[Any]:
    """``ends``: last row of each period."""
    if run.benchmark is None:
        return [None] * len(ends)
    return numbers(100.0 * (divided(run.benchmark[ends], run.benchmark[np.r_[0, ends[:-1]]]) - 1.0))


def drawdown_table(run: Run, count: int = 5) -> list[dict[str, Any]]:
    """The deepest falls, deepest first: dates of the peak (``start``), ``trough`` and ``recovery`` (None so far),
    ``depth`` in percent, positive, and ``sessions`` from the peak to recovery or end.
    """
    return [
        {
            "start": str(one.start), "trough": str(one.trough),
            "recovery": None if one.recovery is None else str(one.recovery),
            "depth": number(one.depth), "sessions": one.sessions,
        }
        for one in deepest_drawdowns(run.track, count)
    ]  # fmt: skip
