"""Monthly momentum by ours and by other backtesters: the same scores, closes and costs, from memory to the curve."""

import time
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from backtests.calc.ledger import Ledger
from backtests.calc.rules import Rules
from benchmarks.environments import PEERS, NoEnvironment
from benchmarks.momentum import Market, common_rules, market, no_events, simulated
from benchmarks.report import Report, Row, seconds, step

STOCKS, SESSIONS = 5000, 250


@dataclass(frozen=True)
class Way:
    """A peer's ``way`` (benchmarks/peers/); ``at_most``: the part of its time that ours may take; ``agreed``: the most
    that a value may differ; its ``runs``, and whether it compiles in a first one.
    """

    name: str
    peer: str
    way: str
    at_most: float | None
    agreed: float
    runs: int
    warm: bool = True


# bt takes costs off what it adds to a holding, not off the whole weight: it has up to 0.12 % more of what it keeps.
WAYS = (
    Way("bt, SelectN", "bt", "selection", 0.1, 1e-3, 9),
    Way("bt, WeighTarget", "bt", "weights", 0.1, 1e-3, 9),
    Way("vectorbt, from_orders", "vectorbt", "orders", 0.01, 1e-9, 3),
    Way("vectorbt, from_order_func", "vectorbt", "function", None, 1e-9, 9),
    Way("backtrader", "backtrader", "feeds", 0.01, 1e-9, 1, warm=False),
)


def measure(report: Report, runs: int, part: int = 1) -> None:
    """Ours and each peer's time for 5,000 stocks x 250 days, their ratio, and the largest difference of a value; then
    the times with the names that are ever held alone, which a person has to know beforehand.
    """
    made = market(STOCKS // part, SESSIONS)
    ledger = _ours(report, made, runs)
    try:
        PEERS.python()
    except NoEnvironment as error:
        report.add(*(Row(f"simulation / {way.name}", "", [], way.at_most, str(error)) for way in WAYS))
        return
    for way in WAYS:
        report.add(*_beside(way, way.name, made, ledger, runs))
    held = _only(made, np.unique(ledger.trades["instrument"]))
    ledger = _ours(report, held, runs)
    for way in WAYS:
        seconds_alone, *_ = _beside(way, f"{way.name}, names held alone", held, ledger, runs)
        report.add(seconds_alone)


def _ours(report: Report, made: Market, runs: int) -> Ledger:
    title = f"simulation: {len(made.tickers):,} stocks x {len(made.days)} sessions, the peers' rules"
    ledger = simulated(made, common_rules(), dividends=False)
    with step(title):
        spent, cpu = timed(made, 4 * runs)
    note = f"{len(ledger.trades)} trades; from arrays in memory, with all checks of the input"
    report.add(Row(title, "ms", [1000 * one for one in spent], None, f"{note}; CPU {1000 * median(cpu):.1f} ms"))
    return ledger


def timed(made: Market, runs: int) -> tuple[list[float], list[float]]:
    """Wall and CPU seconds of each of our runs."""
    spent, cpu = [], []
    for _ in range(runs):
        used = time.process_time()
        spent += seconds(lambda: simulated(made, common_rules(), dividends=False), 1)
        cpu.append(time.process_time() - used)
    return spent, cpu


def ask(way: Way, made: Market, ledger: Ledger) -> dict[str, np.ndarray]:
    """What peers_runner.py answers about the task that ``ledger`` is of."""
    with step(f"the same by {way.name}"):
        how = {"peer": way.peer, "way": way.way, "runs": way.runs, "warm": way.warm}
        return PEERS.ask(**how, **task(made, common_rules(), ledger))


def task(made: Market, rules: Rules, ledger: Ledger) -> dict[str, Any]:
    """Arrays of benchmarks/peers/task.py."""
    return {
        "close": made.close, "score": made.score, "days": made.days, "rebalances": ledger.rebalances,
        "count": rules.max_positions, "weight": (1 - rules.cash_buffer / 100) / rules.max_positions,
        "commission": rules.commission / 100, "slippage": rules.slippage / 100, "capital": rules.initial_capital,
    }  # fmt: skip


def difference(ledger: Ledger, value: np.ndarray) -> float:
    """Largest relative difference of a session's value; infinite where the peer tells less than nine tenths of them."""
    known = np.isfinite(value)
    if known.mean() < 0.9:
        return float("inf")
    return float(np.abs(value / ledger.snapshots["value"] - 1)[known].max())


def _beside(way: Way, name: str, made: Market, ledger: Ledger, runs: int) -> list[Row]:
    """The peer's seconds, the ratio and the difference. Ours is timed just before and just after: what else the machine
    does changes.
    """
    before, theirs, after = timed(made, 2 * runs), ask(way, made, ledger), timed(made, 2 * runs)
    ours, our_cpu = median(before[0] + after[0]), median(before[1] + after[1])
    spent = theirs["seconds"].tolist()
    wall, cpu = median(spent) / ours, float(np.median(theirs["cpu"])) / our_cpu
    warmed = "".join(f"; a first, unmeasured run {first:.2f} s" for first in theirs["warming"])
    note = f"{wall:,.1f} x ours ({1000 * ours:.1f} ms before and after), {cpu:,.1f} x in CPU time"
    worst, sessions = difference(ledger, theirs["value"]), np.isfinite(theirs["value"]).sum()
    agreed = f"relative, of the value on {sessions} of {len(made.days)} sessions"
    return [
        Row(name, "s", spent, None, f"{note}; version {theirs['version']}{warmed}"),
        Row(f"simulation / {name}", "", [1 / wall], way.at_most),
        Row(f"simulation and {name}: largest difference", "", [worst], way.agreed, agreed),
    ]


def _only(made: Market, names: np.ndarray) -> Market:
    """The market of ``names`` alone, without dividends."""
    figures = (np.take(found, names, axis=1) for found in (made.open, made.close, made.volume, made.score))
    opened, close, volume, score = figures
    return replace(
        made, tickers=made.tickers[names], open=opened, close=close, volume=volume, score=score, dividends=no_events()
    )
