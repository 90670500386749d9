"""Loading half a million bars from CSV, as a process: ``manage.py load_prices``."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
from django.core.management import get_commands

from benchmarks.database import BenchDatabase
from benchmarks.job import Measured, run_process
from benchmarks.report import Report, Row, step
from benchmarks.universe import AS_OF
from market.calendars import sessions_before

REGION = "US"
SYMBOLS, DAYS = 482, 1229


def measure(database: BenchDatabase, report: Report, runs: int) -> None:
    """New symbols each run; then the last file once more, which changes nothing."""
    if "load_prices" not in get_commands():
        report.notes.append("load_prices does not exist here: loading was not measured.")
        return
    path = database.scratch / "prices.csv"
    first = []
    with step(f"loading a CSV of {SYMBOLS * DAYS:,} bars, new symbols each time"):
        for number in range(runs):
            write_prices(path, prefix=f"BENCH{number}")
            first.append(_load(path, database))
    with step("loading the last one again"):
        again = [_load(path, database) for _ in range(runs)]
    size = path.stat().st_size / 1e6
    note = f"{SYMBOLS * DAYS:,} rows, {size:.0f} MB; peak memory {max(run.peak_mb for run in first) / 1000:.2f} GB"
    report.add(
        Row("load_prices of a CSV as a process, new bars", "s", [run.seconds for run in first], 15.0, note),
        Row("load_prices of the same file again", "s", [run.seconds for run in again], 15.0),
    )


def _load(path: Path, database: BenchDatabase) -> Measured:
    arguments = ["load_prices", "--region", REGION, "--source", "csv", str(path), "--json"]
    return run_process(arguments, database.scratch / "load.json")


def write_prices(path: Path, prefix: str) -> None:
    """Random walks of SYMBOLS x DAYS bars as a CSV of the generic layout, in order of symbol and date."""
    rng = np.random.default_rng(11)
    days = sessions_before(REGION, AS_OF, DAYS)
    close = np.exp(np.cumsum(rng.normal(0.0, 0.02, (SYMBOLS, len(days))), axis=1) + rng.uniform(3, 6, (SYMBOLS, 1)))
    opened = close * np.exp(rng.normal(0.0, 0.005, close.shape))
    high, low = np.maximum(opened, close) * 1.01, np.minimum(opened, close) * 0.99
    prices = {"open": opened, "high": high, "low": low, "close": close}
    names = [f"{prefix}X{number:04d}" for number in range(SYMBOLS)]
    table = pa.table(
        {"ticker": np.repeat(names, len(days)), "date": pa.array(np.tile(days, SYMBOLS))}
        | {name: np.round(values.ravel(), 2) for name, values in prices.items()}
        | {"volume": np.round(rng.lognormal(13, 1, close.size)).astype(np.int64)}
    )
    pa.csv.write_csv(table, path)
