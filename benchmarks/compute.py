"""Values and scores from panels in memory, and writing them."""

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.job import scores_remove
from benchmarks.panels import cut, fresh
from benchmarks.report import Report, Row, seconds, step
from factors.base import Factor
from factors.engine import run
from factors.registry import all_factors, factors_named
from factors.store import factors_sync, scores_write
from market.panel import Panel

ONE_BY_ONE = (
    "price_momentum_12m", "momentum_1m", "rsi_momentum", "fifty_two_week_high", "volatility_60d", "beta", "cvar_95",
    "max_drawdown_252d", "amihud_illiquidity", "pe_ratio", "revenue_growth", "margin_stability",
)  # fmt: skip
SOME = 1000


def measure_compute(panels: dict[str, Panel], report: Report, runs: int) -> None:
    """All factors of all regions, one region after the other."""
    factors = all_factors()
    with step(f"values and scores of {len(factors)} factors from panels in memory"):
        started = time.process_time()
        spent = [sum(_run_seconds(panel, factors) for panel in panels.values()) for _ in range(runs + 1)]
        cpu = (time.process_time() - started) / (runs + 1)
    count = sum(panel.n for panel in panels.values())
    note = f"{count:,} instruments, one region after the other, nothing kept between runs; CPU {cpu:.2f} s"
    report.add(Row("values and scores of all factors, panels in memory", "s", spent[1:], 1.5, note))


def _run_seconds(panel: Panel, factors: Sequence[Factor]) -> float:
    panel = fresh(panel)
    return seconds(lambda: run(panel, factors), 1)[0]


def measure_single(panel: Panel, report: Report, runs: int) -> None:
    """One factor at a time for 1,000 instruments, a fresh panel each."""
    some = cut(panel, np.linspace(0, panel.n - 1, min(SOME, panel.n)).astype(int))
    medians: dict[str, list[float]] = {}
    with step(f"one factor for {some.n:,} instruments"):
        for factor in factors_named(ONE_BY_ONE):
            medians[factor.name] = [1000 * _run_seconds(some, [factor]) for _ in range(runs + 1)][1:]
    ordered = sorted(medians, key=lambda name: float(np.median(medians[name])))
    worst = ordered[-1]
    usual = f"{ordered[len(ordered) // 2]} {np.median(medians[ordered[len(ordered) // 2]]):.1f} ms"
    note = f"of {len(ordered)} price and fundamental factors; the middle one: {usual}"
    report.add(Row(f"one factor, {some.n:,} instruments: the slowest, {worst}", "ms", medians[worst], 50.0, note))


def measure_write(panels: dict[str, Panel], report: Report, runs: int) -> None:
    """Writing the scores of a day: a new date, and replacing it; one region after the other."""
    factors = all_factors()
    crosses = {region: run(fresh(panel), factors).crosses for region, panel in panels.items()}
    ids = factors_sync(factors)

    def write() -> int:
        return sum(
            scores_write(code, panel.days_of_sessions(), panel.instrument_ids, crosses[code], ids)
            for code, panel in panels.items()
        )

    with step("writing all scores, a new date"):
        first = seconds(write, runs, before=scores_remove)
    with step("writing all scores, replacing the date"):
        again = seconds(write, runs)
        rows = write()
    note = f"{rows:,} rows, one region after the other"
    report.add(
        Row("writing all scores, first write of the date", "s", first, 3.0, note),
        Row("writing all scores, replacing the date", "s", again, 3.0),
    )
