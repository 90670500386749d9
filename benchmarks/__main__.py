"""``python -m benchmarks``: speed and memory on a synthetic universe, as a table. docs/benchmarks.md explains it."""

import argparse
import sys
from pathlib import Path
from statistics import median

import django

from benchmarks.database import BenchDatabase, settings_prepare
from benchmarks.report import Report, say, step


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the universe, to see that it works")
    parser.add_argument("--keep", action="store_true", help="keep the database, or use the kept one")
    parser.add_argument("--runs", type=int, default=5, help="runs of each figure (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to FILE as Markdown")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    settings_prepare(options.quick)
    django.setup()
    database, report = BenchDatabase(), Report("")
    try:
        measure_all(database, options, report)
    finally:  # what was measured is told, whatever came after it
        if not options.keep:
            with step(f"dropping {database.name}"):
                database.drop()
        report.write(options.json, options.markdown)
        print(report.text())


def measure_all(database: BenchDatabase, options: argparse.Namespace, report: Report) -> None:
    """Every figure, one after the other, into ``report``."""
    # Models can be imported only after django.setup.
    from benchmarks import (  # noqa: PLC0415
        against_baseline,
        analysis,
        asset_figures,
        backfill,
        backtest_sessions,
        combining,
        compute,
        etf_holdings,
        history,
        job,
        loading,
        optimisation,
        portfolios,
        qlib_workload,
        readers,
        simulation,
        universe,
    )
    from benchmarks.panels import panel_in_memory  # noqa: PLC0415

    part = 10 if options.quick else 1
    sizes = {region: size // part for region, size in universe.SIZES.items()}
    everything, runs = sum(sizes.values()), options.runs
    scale = f"{everything:,} synthetic instruments, {len(sizes)} regions, {universe.SESSIONS} sessions"
    report.scale = scale + (" (--quick: the targets are those of the whole universe)" if options.quick else "")
    report.note_load()
    with step(f"database {database.name}: create and migrate"):
        database.create(options.keep)
    if not database.is_filled():
        with step(f"filling it with {everything:,} instruments"):
            universe.fill(sizes, say)
        with step(f"filling it with {10 // part} million scores"):
            history.fill(10_000_000 // part)
    job.measure(database, report, runs)
    history.measure(report, 20 * runs)
    with step("reading the panels"):
        panels = {region: panel_in_memory(region) for region in sizes}
    compute.measure_write(panels, report, runs)
    compute.measure_compute(panels, report, runs)
    compute.measure_single(panels["US"], report, 4 * runs)
    engine = median(report.rows[-2].values)
    against_baseline.measure(panels["US"], everything, engine, report, min(3, runs))
    loading.measure(database, report, min(3, runs))
    backfill.measure(database, report, min(3, runs))
    combining.measure(database, report, part, min(2, runs))
    analysis.measure(report, min(3, runs), part)
    asset_figures.measure(panels, database, report, min(3, runs), part)
    qlib_workload.measure(database, report, min(3, runs), part)
    etf_holdings.measure(database, report, runs, part)
    simulation.measure(database, report, runs, part)
    backtest_sessions.measure(database, report, runs, part)
    portfolios.measure(database, report, min(3, runs), part)
    optimisation.measure(report, min(3, runs))
    readers.measure(report, part)
    say("")


if __name__ == "__main__":
    sys.exit(main())
