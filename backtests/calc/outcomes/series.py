"""A run session by session, for charts."""

from typing import Any

import numpy as np

from backtests.calc.outcomes.plain import numbers, texts
from backtests.calc.run import Run
from portfolio.calc.statistics import rolling_sharpe
from portfolio.calc.statistics.episodes import fallen

SHARPE_WINDOW = 126  # returns, half a year


def series(run: Run) -> dict[str, list[Any] | None]:
    """Equally long lists [S + 1], the session before the first at the beginning: ``dates``, ``value``, ``benchmark``
    (scaled to the run's value on the first date it has a level on, None where it has none; None instead of the list
    without any level), ``drawdown`` and ``benchmark_drawdown`` (percent, 0 or negative, from V_0 on), ``cash``,
    ``positions``, ``turnover`` (percent) and ``rolling_sharpe`` (of the last 126 returns, None before).
    """
    snapshots, known = run.ledger.snapshots, _known_levels(run)
    return {
        "dates": texts(run.dates),
        "value": numbers(run.values),
        "benchmark": None if known is None else numbers(_scaled(known, run.values)),
        "drawdown": numbers(_percent(run.track.fallen)),
        "benchmark_drawdown": None if known is None else numbers(drawdowns(known)),
        "cash": numbers(np.r_[run.rules.initial_capital, snapshots["cash"]]),
        "positions": [0, *snapshots["positions"].tolist()],
        "turnover": numbers(np.r_[0.0, snapshots["turnover"]]),
        "rolling_sharpe": [None, *numbers(rolling_sharpe(run.track, SHARPE_WINDOW))],
    }


def _known_levels(run: Run) -> np.ndarray | None:
    """The benchmark, None where it has no level at all."""
    return None if run.benchmark is None or np.isnan(run.benchmark).all() else run.benchmark


def _scaled(levels: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What the run's value would be, had it been put into the benchmark on its first date: NaN without a level."""
    first = int(np.argmin(np.isnan(levels)))
    return np.asarray(values[first] * (levels / levels[first]))


def drawdowns(levels: np.ndarray) -> np.ndarray:
    """Percent below the highest level so far, 0 or negative: float64 [m], NaN where there is no level."""
    found, known = np.full(len(levels), np.nan), ~np.isnan(levels)
    found[known] = _percent(fallen(levels[known]))
    return found


def _percent(below: np.ndarray) -> np.ndarray:
    return np.asarray(0.0 - 100.0 * below)  # never -0.0
