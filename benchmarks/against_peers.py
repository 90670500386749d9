"""Monthly momentum by ours and by other backtesters: the same scores, closes and costs, from memory to the curve."""

import time
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from backtests.calc.ledger import Ledger
from backtests.calc.rules import Rules
from benchmarks.environments import PEERS, NoEnvironment
from benchmarks.momentum import Market, common_rules, market, simulated
from benchmarks.report import Report, Row, seconds, step

STOCKS, SESSIONS = 5000, 250


@dataclass(frozen=True)
class Ours:
    """Our ledger; wall and CPU seconds of a run."""

    ledger: Ledger
    seconds: float
    cpu: float


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
    ours = _ours(report, made, runs)
    try:
        PEERS.python()
    except NoEnvironment as error:
        report.add(*(Row(f"simulation / {way.name}", "", [], way.at_most, str(error)) for way in WAYS))
        return
    for way in WAYS:
        report.add(*_rows(way, way.name, ask(way, made, ours.ledger), ours))
    held = _only(made, np.unique(ours.ledger.trades["instrument"]))
    ours = _ours(report, held, runs)
    for way in WAYS:
        seconds_alone, *_ = _rows(way, f"{way.name}, names held alone", ask(way, held, ours.ledger), ours)
        report.add(seconds_alone)


def _ours(report: Report, made: Market, runs: int) -> Ours:
    title = f"simulation: {len(made.tickers):,} stocks x {len(made.days)} sessions, the peers' rules"
    ledger = simulated(made, common_rules(), dividends=False)
    with step(title):
        started = time.process_time()
        spent = seconds(lambda: simulated(made, common_rules(), dividends=False), 4 * runs)
        cpu = (time.process_time() - started) / len(spent)
    note = f"{len(ledger.trades)} trades; from arrays in memory, with all checks of the input; CPU {1000 * cpu:.1f} ms"
    report.add(Row(title, "ms", [1000 * one for one in spent], None, note))
    return Ours(ledger, median(spent), cpu)


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


def _rows(way: Way, name: str, theirs: dict[str, np.ndarray], ours: Ours) -> list[Row]:
    spent = theirs["seconds"].tolist()
    warmed = "".join(f"; a first, unmeasured run {first:.2f} s" for first in theirs["warming"])
    wall, cpu = median(spent) / ours.seconds, float(theirs["cpu"].mean()) / ours.cpu
    note = f"{wall:,.1f} x ours, {cpu:,.1f} x in CPU time; version {theirs['version']}{warmed}"
    worst, sessions = difference(ours.ledger, theirs["value"]), np.isfinite(theirs["value"]).sum()
    agreed = f"relative, of the value on {sessions} of {len(ours.ledger.snapshots)} sessions"
    return [
        Row(name, "s", spent, None, note),
        Row(f"simulation / {name}", "", [1 / wall], way.at_most),
        Row(f"simulation and {name}: largest difference", "", [worst], way.agreed, agreed),
    ]


def _only(made: Market, names: np.ndarray) -> Market:
    columns = {
        name: np.ascontiguousarray(getattr(made, name)[:, names]) for name in ("open", "close", "volume", "score")
    }
    return replace(made, tickers=made.tickers[names], **columns)
