"""The end of a walk-forward: the best of each train window is run on the test that follows."""

from typing import Any

import numpy as np

from backtests.calc.outcomes.plain import numbers, texts
from backtests.calc.windows import chained
from backtests.models import BacktestSweep, BacktestVariant
from backtests.report.meaning import LOWER
from backtests.services.errors import BacktestError
from backtests.services.outcome import figures_of
from backtests.services.running import Finished
from backtests.services.sweep_worker import SweepWorker
from portfolio.calc.statistics import Track, statistics_of


def walk_forward_result(*, sweep: BacktestSweep, worker: SweepWorker) -> dict[str, Any]:
    """Windows with what was chosen and what came of it, and the tests as one series, plain data.

    The choice of a window is made from the variants of its train window alone, before its test is run.
    """
    windows, tests = [], []
    for place, window in enumerate(sweep.options["windows"]):
        chosen = _chosen(sweep, place, window)
        fields = {axis["field"]: chosen.overrides[axis["field"]] for axis in sweep.axes}
        tested = worker.run(fields | {"start": window["test_start"], "end": window["test_end"]})
        tests.append(tested)
        windows.append(
            window | {"variant": chosen.number, "chosen": fields, "train": chosen.figures, "test": figures_of(tested)}
        )
    return {"windows": windows, **_together(tests)}


def _chosen(sweep: BacktestSweep, place: int, window: dict[str, str]) -> BacktestVariant:
    """The best variant of the window at ``place``, the first of equal ones."""
    each = sweep.options["combinations"]
    rows = sweep.variants.completed().filter(number__gt=place * each, number__lte=(place + 1) * each)
    best: BacktestVariant | None = rows.best_first(lowest=sweep.objective in LOWER).first()
    if best is None or best.objective is None:
        raise BacktestError(
            f"objective: no variant has a {sweep.objective} from {window['train_start']} to {window['train_end']}"
        )
    return best


def _together(tests: list[Finished]) -> dict[str, Any]:
    """Values and benchmark of all tests as one series each, from the capital of the first, and their statistics."""
    dates = np.concatenate([tests[0].run.dates[:1], *(one.run.dates[1:] for one in tests)])
    value = chained([one.run.values for one in tests])
    benchmark = _benchmark(tests)
    track = Track(value, dates, benchmark, tests[0].run.risk_free)
    found = tests[0].benchmark
    return {
        "series": {
            "dates": texts(dates), "value": numbers(value),
            "benchmark": None if benchmark is None else numbers(_rebased(benchmark, value)),
        },
        "statistics": statistics_of(track),
        "benchmark": {"ticker": found.ticker, "name": found.name} if found and benchmark is not None else None,
    }  # fmt: skip


def _benchmark(tests: list[Finished]) -> np.ndarray | None:
    """Levels over all tests; None where it has none, or one of the tests is without."""
    levels = [one.run.benchmark for one in tests]
    known = [one for one in levels if one is not None]
    if len(known) < len(levels):
        return None
    found = chained(known)
    return found if np.isfinite(found).any() else None


def _rebased(levels: np.ndarray, value: np.ndarray) -> np.ndarray:
    """What the value would be, had it been put into the benchmark on the first date with a level."""
    first = int(np.argmax(np.isfinite(levels)))
    return np.asarray(levels * (value[first] / levels[first]))
