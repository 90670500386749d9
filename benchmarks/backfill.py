"""Years of scores: every price factor of 482 real stocks over five years, computed and stored."""

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path

import numpy as np
from django.core.management import call_command

from benchmarks.database import CHECKOUT, BenchDatabase
from benchmarks.job import run_process
from benchmarks.report import Report, Row, step
from factors.base import Factor
from factors.engine import run
from factors.registry import factors_named
from market.calendars import sessions
from market.store.histories import Source, read_source
from market.store.panels import read_panel

REGION, BARS, INDEX = "US", "prices/us_sp500_482_2015_2020.csv.gz", "indices/indices.csv.gz"
FIRST, LAST = dt.date(2015, 1, 12), dt.date(2020, 1, 10)
PRICE_FACTORS = (
    "price_momentum_12m", "momentum_1m", "momentum_3m", "momentum_6m", "momentum_12m", "rsi_momentum",
    "fifty_two_week_high", "volume_weighted_momentum", "volatility_60d", "beta", "max_drawdown_252d",
    "downside_deviation", "cvar_95", "idiosyncratic_volatility", "liquidity", "amihud_illiquidity",
)  # fmt: skip
LOOKBACK = 260
DAILY_SAMPLE = 12  # sessions of the baseline
REAL_DATA = Path(os.environ.get("QUANTSITE_TEST_DATA", CHECKOUT.parent / "shared" / "data"))


def measure(database: BenchDatabase, report: Report, runs: int, data: Path = REAL_DATA) -> None:
    """``data``: the folder of real market data; without it nothing is measured, and the report says so."""
    if not (data / BARS).exists():
        report.notes.append(f"Backfilling was not measured: no real prices in {data}.")
        return
    with database.beside("real"):
        with step("loading 482 real stocks"):
            _load(str(data / BARS))
            _load("--asset-type", "INDEX", str(data / INDEX))
        factors = factors_named(PRICE_FACTORS)
        days = [day.item() for day in sessions(REGION, FIRST, LAST)]
        with step(f"{len(factors)} price factors, {len(days):,} sessions: in memory, rolling"):
            _compute(report, factors, days, runs)
        with step("the same as a process, stored"):
            _store(database, report, runs)


def _load(*arguments: str) -> None:
    """Some rows of the real files are refused, which ends the command with a code of its own: the others count."""
    with suppress(SystemExit):
        call_command(
            "load_prices", "--region", REGION, "--source", "csv", *arguments, stdout=StringIO(), stderr=StringIO()
        )


def _compute(report: Report, factors: list[Factor], days: list[dt.date], runs: int) -> None:
    """Values, scores and percentiles of all sessions in one go; the baseline: the daily engine, session by session."""
    cold = _timed(lambda: read_source(REGION, days, LOOKBACK))
    source = read_source(REGION, days, LOOKBACK)
    spent, count = [], 0
    for _ in range(runs):
        started = time.perf_counter()
        result = run(source.history(days, LOOKBACK), factors)
        spent.append(time.perf_counter() - started)
        count = sum(int(np.isfinite(cross.score).sum()) for cross in result.crosses)
    by_day, largest = _day_by_day(source, factors, days)
    per_million = [1e6 * seconds / count for seconds in spent]
    report.add(
        Row(
            "backfill: a million scores computed", "s", per_million, 1.0,
            f"{count:,} scores of {len(factors)} factors in {np.median(spent):.2f} s, assembling the history included;"
            f" reading it first: {cold:.2f} s",
        ),
        Row(
            "backfill: the daily engine, a session at a time", "s per million scores", [by_day], None,
            f"panels in memory; {by_day / float(np.median(per_million)):.1f} x the above;"
            f" largest difference of a value {largest:.0e} (relative)",
        ),
    )  # fmt: skip


def _day_by_day(source: Source, factors: list[Factor], days: list[dt.date]) -> tuple[float, float]:
    """(seconds for a million scores, largest relative difference of the values) on a few sessions."""
    some = days[260 :: len(days) // DAILY_SAMPLE]
    history = source.history(some, LOOKBACK)
    rolled = run(history, factors)
    spent, count, largest = 0.0, 0, 0.0
    for row, day in enumerate(some):
        panel, _ = read_panel(REGION, day, LOOKBACK)
        started = time.perf_counter()
        result = run(panel, factors)
        spent += time.perf_counter() - started
        place = np.searchsorted(history.instrument_ids, panel.instrument_ids)
        for ours, theirs in zip(rolled.crosses, result.crosses, strict=True):
            count += int(np.isfinite(theirs.score).sum())
            value = history.by_session(ours.value)[row, place]
            off = np.abs(value - theirs.value) / np.maximum(np.abs(theirs.value), 1e-12)
            largest = max(largest, float(np.nanmax(off, initial=0.0)))
    return 1e6 * spent / count, largest


def _store(database: BenchDatabase, report: Report, runs: int) -> None:
    chosen = [part for name in PRICE_FACTORS for part in ("--factor", name)]
    command = ["compute_factors", "--region", REGION, "--from", str(FIRST), "--to", str(LAST), "--restart", *chosen]
    first = run_process([*command, "--json"], database.scratch / "backfill.json")
    again = [run_process([*command, "--json"], database.scratch / "backfill.json") for _ in range(runs - 1)]
    (job,) = json.loads(first.printed)["backfills"]
    count = job["score_count"]
    report.add(
        Row(
            "backfill: a million scores computed and stored, as a process", "s", [1e6 * first.seconds / count], 5.0,
            f"{count:,} scores and their factor returns in {first.seconds:.1f} s; by stage {job['timings']};"
            f" peak memory {max(found.peak_mb for found in (first, *again)) / 1000:.2f} GB",
        ),
        Row(
            "backfill: the same, replacing", "s per million scores",
            [1e6 * found.seconds / count for found in again] or [1e6 * first.seconds / count], None,
        ),
    )  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
