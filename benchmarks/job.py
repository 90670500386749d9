"""The whole job as a process, from the start of Python to its end: ``manage.py compute_factors --all-regions``."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from benchmarks.database import CHECKOUT, BenchDatabase
from benchmarks.report import Report, Row, step
from benchmarks.universe import AS_OF

STAGES = ("read_bars", "read_reports", "assemble", "read", "compute", "write")


@dataclass(frozen=True)
class Measured:
    """One process: wall seconds, peak memory in MB (10^6 bytes), CPU seconds, and what it printed."""

    seconds: float
    peak_mb: float
    cpu_seconds: float
    printed: str


def run_process(arguments: list[str], output: Path) -> Measured:
    """Run ``manage.py`` with ``arguments``; RuntimeError when it fails."""
    return run_python(["manage.py", *arguments], output)


def run_python(arguments: list[str], output: Path) -> Measured:
    """Run our Python with ``arguments``; RuntimeError when it fails."""
    command = [sys.executable, "-m", "benchmarks.child", str(output), sys.executable, *arguments]
    told = subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = json.loads(told)
    if found["exit_code"]:
        raise RuntimeError(f"{' '.join(arguments)} ended with exit code {found['exit_code']}")
    return Measured(found["seconds"], found["peak_mb"], found["cpu_seconds"], output.read_text())


def scores_remove() -> None:
    """Take the day's scores away, without leaving dead rows to the next writer."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM factors_factorscore WHERE date = %s", [AS_OF])
        cursor.execute("VACUUM ANALYZE factors_factorscore")


def measure(database: BenchDatabase, report: Report, runs: int) -> None:
    """Warm (a new date's first write, and a rewrite), cold, peak memory."""
    arguments = ["compute_factors", "--all-regions", "--date", str(AS_OF), "--json"]

    def job() -> Measured:
        return run_process(arguments, database.scratch / "job.json")

    with step("the whole job as a process, panel cache removed before each run"):
        cold = []
        for _ in range(max(2, runs - 2)):
            scores_remove()
            shutil.rmtree(database.caches, ignore_errors=True)
            cold.append(job())
    with step("the whole job as a process, panel cache warm"):
        warm = []
        for _ in range(runs):
            scores_remove()
            warm.append(job())
    with step("the same, replacing the scores of that date"):
        again = [job() for _ in range(runs)]
    peak = [run.peak_mb / 1000 for run in (*cold, *warm, *again)]
    report.add(
        Row("whole job, warm cache, first write of the date", "s", [run.seconds for run in warm], 5.0, _stages(warm)),
        Row("whole job, warm cache, replacing the date", "s", [run.seconds for run in again], 5.0, _stages(again)),
        Row("whole job, cold cache, first write of the date", "s", [run.seconds for run in cold], 15.0, _stages(cold)),
        Row("peak memory of those processes", "GB", peak, 2.0, f"the largest: {max(peak):.2f} GB"),
    )


def _stages(measured: list[Measured]) -> str:
    """Seconds by stage, summed over the regions (which run two at a time), of the median run."""
    middle = sorted(measured, key=lambda run: run.seconds)[len(measured) // 2]
    jobs: list[dict[str, Any]] = json.loads(middle.printed)["runs"]
    by_stage = {stage: sum(job["timings"].get(stage, 0.0) for job in jobs) for stage in STAGES}
    written = sum(job["score_count"] for job in jobs)
    if not written:
        raise RuntimeError("the job wrote no scores")
    parts = ", ".join(f"{stage} {value:.2f}" for stage, value in by_stage.items())
    cpu = median(run.cpu_seconds for run in measured)
    stages = f"seconds by stage, added over the regions, two of which run at a time: {parts}"
    return f"{written:,} scores; CPU of the process {cpu:.2f} s; {stages}"
