"""The end of a walk-forward: the best of each train window is run on the test that follows."""

import math
import time
from typing import Any

import numpy as np

from backtests.calc.outcomes.plain import numbers, texts
from backtests.calc.windows import chained
from backtests.models import BacktestSweep, BacktestVariant
from backtests.report.meaning import LOWER
from backtests.services.errors import BacktestError
from backtests.services.outcome import figures_of
from backtests.services.sweep_worker import SweepWorker
from portfolio.calc.statistics import Track, statistics_of

Test = dict[str, Any]  # a tested window as plain data: ``window``, and the series that came of it


def walk_forward_result(*, sweep: BacktestSweep, worker: SweepWorker, until: float = math.inf) -> dict[str, Any] | None:
    """Windows with what was chosen and what came of it, and the tests as one series, plain data.

    The choice of a window is made from the variants of its train window alone, before its test is run. Each test is
    stored when it is done, so that another process can go on; None when ``until`` (of ``time.monotonic``) has passed
    before the last one. At least one test is made, whatever the time.
    """
    sweep.refresh_from_db(fields=["tests"])
    windows, tests = sweep.options["windows"], list(sweep.tests)
    for place in range(len(tests), len(windows)):
        worker.refresh()
        worker.tick(f"test {place + 1} of {len(windows)}")
        tests.append(_tested(sweep, worker, place))
        BacktestSweep.objects.filter(pk=sweep.pk).update(tests=tests)
        if len(tests) < len(windows) and time.monotonic() >= until:
            return None
    return {"windows": [one["window"] for one in tests], **_together(tests)}


def _tested(sweep: BacktestSweep, worker: SweepWorker, place: int) -> Test:
    """The best of the train window at ``place``, run on the test that follows."""
    window = sweep.options["windows"][place]
    chosen = _chosen(sweep, place, window)
    fields = {axis["field"]: chosen.overrides[axis["field"]] for axis in sweep.axes}
    tested = worker.run(fields | {"start": window["test_start"], "end": window["test_end"]})
    run, benchmark = tested.run, tested.benchmark
    return {
        "window": window
        | {"variant": chosen.number, "chosen": fields, "train": chosen.figures, "test": dict(figures_of(tested))},
        "dates": texts(run.dates), "value": numbers(run.values), "risk_free": run.risk_free,
        "levels": None if run.benchmark is None else numbers(run.benchmark),
        "benchmark": benchmark and {"ticker": benchmark.ticker, "name": benchmark.name},
    }  # fmt: skip


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


def _together(tests: list[Test]) -> dict[str, Any]:
    """Values and benchmark of all tests as one series each, from the capital of the first, and their statistics."""
    days = [*tests[0]["dates"][:1], *(day for one in tests for day in one["dates"][1:])]
    value = chained([np.array(one["value"], dtype=np.float64) for one in tests])
    benchmark = _benchmark(tests)
    track = Track(value, np.array(days, dtype="datetime64[D]"), benchmark, tests[0]["risk_free"])
    return {
        "series": {
            "dates": days, "value": numbers(value),
            "benchmark": None if benchmark is None else numbers(_rebased(benchmark, value)),
        },
        "statistics": statistics_of(track),
        "benchmark": None if benchmark is None else tests[0]["benchmark"],
    }  # fmt: skip


def _benchmark(tests: list[Test]) -> np.ndarray | None:
    """Levels over all tests; None where it has none, or one of the tests is without."""
    levels = [np.array(one["levels"], dtype=np.float64) for one in tests if one["levels"] is not None]
    if len(levels) < len(tests):
        return None
    found = chained(levels)
    return found if np.isfinite(found).any() else None


def _rebased(levels: np.ndarray, value: np.ndarray) -> np.ndarray:
    """What the value would be, had it been put into the benchmark on the first date with a level."""
    first = int(np.argmax(np.isfinite(levels)))
    return np.asarray(levels * (value[first] / levels[first]))
