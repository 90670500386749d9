"""Whole backtests: from the tables to the tables, and a thousand variants of one.

The workload: every month the 20 stocks of 5,000 with the best twelve-month momentum, 250 sessions, all costs on.
"""

import json
import shutil
from typing import Any

import yaml
from django.db import connection

from benchmarks import universe
from benchmarks.database import BenchDatabase
from benchmarks.job import Measured, run_process, run_python
from benchmarks.report import Report, Row, step

REGION, STOCKS, SESSIONS = "US", 5000, 250
LOOKBACK = 253 + 81  # sessions before: those of the factor, and the history that every backtest has
GIGABYTE = 1000.0
AXES = {
    "max_positions": "[10, 15, 20, 30, 50]", "sizing": "[EQUAL_WEIGHT, RISK_PARITY]", "mode": "[fill, target]",
    "commission": "[0.0, 0.005, 0.015, 0.05, 0.1]", "slippage": "[0.0, 0.05, 0.1, 0.2, 0.3]",
    "rebalance": "[WEEKLY, MONTHLY]",
}  # fmt: skip # 5 x 2 x 2 x 5 x 5 x 2 = 1,000


def workload(part: int) -> dict[str, Any]:
    """The configuration."""
    days = universe.days_of(REGION, SESSIONS)
    return {
        "name": "monthly momentum", "region": REGION, "start": str(days[0]), "end": str(days[-1]),
        "buy_conditions": [{"factor": "price_momentum_12m", "operator": "top", "value": max(20, 500 // part)}],
        "rebalance": "MONTHLY", "mode": "target", "max_positions": 20, "initial_capital": 100_000_000,
        "commission": 0.015, "tax": 0.23, "slippage": 0.1,
    }  # fmt: skip


def measure(database: BenchDatabase, report: Report, runs: int, part: int) -> None:
    """A session as a process, cold and warm; its memory; a sweep over it."""
    with database.beside("backtests"):
        with step(f"filling a database with {STOCKS // part:,} stocks x {SESSIONS + LOOKBACK} sessions"):
            universe.fill_region(REGION, STOCKS // part, SESSIONS + LOOKBACK)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE market_pricebar, market_fundamental, market_instrument")
        config = database.scratch / "backtest.yaml"
        config.write_text(yaml.safe_dump(workload(part)))
        _sessions(database, report, runs, part, str(config))
        _sweep(database, report, str(config))


def _sessions(database: BenchDatabase, report: Report, runs: int, part: int, config: str) -> None:
    command = ["run_backtest", config, "--again", "--json"]

    def one() -> tuple[Measured, dict[str, Any]]:
        found = run_process(command, database.scratch / "backtest.json")
        return found, json.loads(found.printed)

    with step("backtests as processes, cold and warm"):
        cold = []
        for _ in range(max(2, runs - 2)):
            shutil.rmtree(database.caches, ignore_errors=True)
            cold.append(one())
        again = [one() for _ in range(runs)]
    with step("backtests in a process that is up"):
        arguments = ["-m", "benchmarks.warm_sessions", config, str(runs)]
        warm = json.loads(run_python(arguments, database.scratch / "warm.json").printed)
    scale = f"{STOCKS // part:,} stocks x {SESSIONS} sessions, {again[0][1]['statistics']['trades']} trades"
    report.add(
        Row(
            "backtest session, cold", "s", _totals(_timings(cold)), 5.0,
            f"{scale}; {_stages(_timings(cold))}; a new process, panel cache removed before",
        ),
        Row("backtest session, warm", "s", _totals(warm), 1.5, f"{_stages(warm)}; in a process that is up"),
        Row(
            "backtest session, a new process", "s", _totals(_timings(again)), None,
            f"{_stages(_timings(again))}; with the imports of libraries that it needs",
        ),
        Row("run_backtest, from the start of Python", "s", [found.seconds for found, _ in again]),
        Row("backtest session, peak memory", "GB", [found.peak_mb / GIGABYTE for found, _ in (*cold, *again)], 1.5),
    )  # fmt: skip


def _timings(measured: list[tuple[Measured, dict[str, Any]]]) -> list[dict[str, float]]:
    return [result["timings"] for _, result in measured]


def _totals(timings: list[dict[str, float]]) -> list[float]:
    return [one["total"] for one in timings]


def _stages(timings: list[dict[str, float]]) -> str:
    return ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in timings[-1].items() if stage != "total")


def _sweep(database: BenchDatabase, report: Report, config: str) -> None:
    grid = [part for field, values in AXES.items() for part in ("--grid", f"{field}={values}")]
    with step("a sweep of 1,000 variants as a process"):
        found = run_process(["sweep_backtests", config, *grid, "--json"], database.scratch / "sweep.json")
    swept = json.loads(found.printed)
    told = f"{swept['variant_count']:,} variants, weekly and monthly; {found.cpu_seconds:.0f} s of processor time"
    report.add(Row("sweep of 1,000 variants, as a process", "s", [found.seconds], 60.0, told))
