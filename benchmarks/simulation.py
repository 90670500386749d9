"""How long a backtest is simulated: monthly and daily momentum with our default rules, and beside other backtesters."""

import json

from backtests.calc.ledger import Ledger
from backtests.calc.rules import Frequency, Mode
from benchmarks import against_peers
from benchmarks.database import BenchDatabase
from benchmarks.job import run_python
from benchmarks.momentum import Market, default_rules, market, simulated
from benchmarks.report import Report, Row, seconds, step

STOCKS, MONTHLY_SESSIONS, DAILY_SESSIONS = 5000, 250, 2500
MONTHLY_MS, DAILY_SECONDS = 50.0, 3.0


def measure(database: BenchDatabase, report: Report, runs: int, part: int = 1) -> None:
    """Monthly from memory; daily as a process, whose peak memory is told; then the peers."""
    made = market(STOCKS // part, MONTHLY_SESSIONS)
    for mode in Mode:
        _monthly(report, made, mode, 4 * runs)
    for mode in Mode:
        _daily(database, report, mode, runs, part)
    against_peers.measure(report, runs, part)


def _monthly(report: Report, made: Market, mode: Mode, runs: int) -> None:
    title = f"simulation: monthly, {len(made.tickers):,} stocks x {MONTHLY_SESSIONS} sessions, mode {mode}"
    rules, found = default_rules(mode, Frequency.MONTHLY), list[Ledger]()
    with step(title):
        spent = seconds(lambda: found.append(simulated(made, rules)), runs + 1)[1:]
    note = f"{len(found[-1].trades)} trades, {len(rules.sell_rules)} sell conditions, all costs, dividends"
    report.add(Row(title, "ms", [1000 * one for one in spent], MONTHLY_MS, note))


def _daily(database: BenchDatabase, report: Report, mode: Mode, runs: int, part: int) -> None:
    title = f"simulation: daily, {STOCKS // part:,} stocks x {DAILY_SESSIONS:,} sessions, mode {mode}"
    arguments = ["--stocks", str(STOCKS // part), "--sessions", str(DAILY_SESSIONS), "--runs", str(runs)]
    with step(title):
        done = run_python(["-m", "benchmarks.momentum", mode, *arguments], database.scratch / "simulation.json")
    told = json.loads(done.printed)
    note = f"{told['trades']:,} trades on {told['rebalances']:,} rebalances; equal weights, all costs, dividends"
    memory = f"the process; {told['market_mb'] / 1000:.2f} GB of it are prices, volumes and scores"
    report.add(
        Row(title, "s", told["seconds"], DAILY_SECONDS, note),
        Row(f"peak memory of that, mode {mode}", "GB", [done.peak_mb / 1000], None, memory),
    )
