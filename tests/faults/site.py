"""Site processes on one database: workers and web servers of several machines, each killed as a machine dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.faults.server import Server
from tests.shared_data import ROOT

TOKEN = "0" * 40  # of the superuser of the prepared database
ROUND = 0.5  # seconds between two looks for dead jobs
# What comes out of the jobs, by columns that do not depend on who did it when.
OUTCOMES = {
    "scores": "SELECT date, instrument_id, f.name, value, score, percentile FROM factors_factorscore"
    " JOIN factors_factor f ON f.id = factor_id",
    "runs": "SELECT id, state, score_count, message FROM factors_factorrun",
    "backfills": "SELECT id, state, score_count, session_count, done_through FROM factors_factorbackfill",
    "backtests": "SELECT id, status, progress, error, warnings FROM backtests_backtestsession",
    "trades": "SELECT session_id, number, trade_date, side, ticker, quantity, cash_flow FROM backtests_backtesttrade",
    "days": "SELECT session_id, date, value, positions FROM backtests_backtestsnapshot",
    "statistics": "SELECT session_id, final_value, figures FROM backtests_backteststatistics",
    "sweeps": "SELECT id, status, result - 'data_changed' FROM backtests_backtestsweep",
    "variants": "SELECT sweep_id, number, status, objective, figures FROM backtests_backtestvariant",
    "portfolios": "SELECT id, valued_to, valuation_error, stale_from, valuation_asked_at FROM portfolio_portfolio",
    "values": "SELECT portfolio_id, date, value, cash, daily_return FROM portfolio_performance_history",
}
WAITING = """
SELECT (SELECT count(*) FROM django_q_ormq)
 + (SELECT count(*) FROM factors_factorrun WHERE state IN ('QUEUED', 'RUNNING'))
 + (SELECT count(*) FROM factors_factorbackfill WHERE state IN ('QUEUED', 'RUNNING'))
 + (SELECT count(*) FROM backtests_backtestsession WHERE status IN ('PENDING', 'RUNNING'))
 + (SELECT count(*) FROM backtests_backtestsweep WHERE status IN ('PENDING', 'RUNNING'))
"""
RUNNING = "SELECT count(*) FROM backtests_backtestsession WHERE status = 'RUNNING'"
# The worker processes (by address and port of their connection) that hold the lock of a job.
AT_WORK = """
SELECT host(client_addr), client_port FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE locktype = 'advisory' AND classid = 7430 AND datname = %s
"""


class Machine:
    """A place for processes: a directory of its own, and a network namespace if it has one."""

    def __init__(self, home: Path, url: str, namespace: str = "") -> None:
        self.home, self.url, self.namespace = home, url, namespace
        self.processes: list[subprocess.Popen[bytes]] = []
        home.mkdir(parents=True)

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.url, "QUANTSITE_VAR": str(self.home), "QUANTSITE_SECRET_KEY": "of the tests",
            "DJANGO_SETTINGS_MODULE": "quantsite.settings", "PYTHONPATH": str(ROOT), "QUANTSITE_WORKERS": "2",
            "QUANTSITE_JOB_RECOVERY_SECONDS": str(ROUND), "OMP_NUM_THREADS": "1",
        }  # fmt: skip

    def command(self, *arguments: str) -> list[str]:
        inside = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        return [*inside, sys.executable, *arguments]

    def run(self, *arguments: str) -> None:
        done = subprocess.run(
            self.command(*arguments), env=self.environment(), cwd=self.home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """In a process group of its own, its words kept in ``log``."""
        with (self.home / "log").open("ab") as log:
            process = subprocess.Popen(
                self.command(*arguments), env=self.environment(), cwd=self.home, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def work(self) -> subprocess.Popen[bytes]:
        return self.start(str(ROOT / "manage.py"), "qcluster")

    def kill(self) -> None:
        """All of its processes at once, without a word."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def said(self) -> str:
        log = self.home / "log"
        return log.read_text(errors="replace")[-6000:] if log.exists() else ""


def outcomes(server: Server, database: str) -> dict[str, list[str]]:
    """Every outcome as sorted text: rows that are doubled are there twice."""
    return {name: sorted(map(repr, server.ask(database, statement))) for name, statement in OUTCOMES.items()}


def until(true: Callable[[], Any], seconds: float, machines: Sequence[Machine] = ()) -> Any:
    """What ``true`` says once that is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("\n".join(f"{one.home.name}:\n{one.said()}" for one in machines) or "it never was so")


def descendants(pid: int) -> list[int]:
    """Processes below one, of Linux."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                found += [int(entry.name), *descendants(int(entry.name))]
    return found
