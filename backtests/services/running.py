"""One backtest from its configuration to a finished run, nothing stored."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from backtests.calc.errors import InputError
from backtests.calc.rules import Fill
from backtests.calc.run import Run
from backtests.calc.simulate import simulate
from backtests.services.config import Config
from backtests.services.errors import BacktestError
from backtests.services.market import Benchmark, Market
from backtests.services.signals import Asked, Decided, decided_of, signals_of
from backtests.services.workbench import Tick, Workbench
from market.store.panels import NoBars

Progress = Callable[[str, int, int], None]
Decide = Callable[[Config, Market, Workbench, Tick], Decided]


def silent(stage: str, done: int, total: int) -> None:
    """The progress of those whom nobody watches."""


@dataclass
class Finished:
    """A simulated backtest. ``seconds`` by stage."""

    config: Config
    market: Market
    benchmark: Benchmark | None
    asked: Asked
    run: Run
    seconds: dict[str, float] = field(default_factory=dict)


def run_of(config: Config, bench: Workbench, progress: Progress = silent, decide: Decide = decided_of) -> Finished:
    """Read, decide and simulate. BacktestError and FiguresError say what is missing or cannot be.

    ``decide``: in place of ``decided_of``, for those who know the decisions of an earlier run.
    """
    with run_errors():
        return _run_of(config, bench, progress, decide)


@contextmanager
def run_errors() -> Iterator[None]:
    """What market and simulator refuse, as BacktestError that begins with the field."""
    try:
        yield
    except NoBars as error:
        raise BacktestError(f"start: {error}") from error
    except InputError as error:
        raise BacktestError(f"data: {error}") from error


def _run_of(config: Config, bench: Workbench, progress: Progress, decide: Decide) -> Finished:
    seconds: dict[str, float] = {}
    clock = time.perf_counter()
    progress("reading prices", 0, 1)
    market = bench.market(config)
    refuse_without_opens(config, market)
    benchmark = bench.benchmark(config, market)
    clock = _lap(seconds, "load", clock)
    decided = decide(config, market, bench, lambda done, total: progress("computing factors", done, total))
    clock = _lap(seconds, "factors", clock)
    progress("simulating", 0, 1)
    ledger = simulate(decided.prices, decided.signals, config.rules)
    run = Run(
        decided.prices, config.rules, ledger, market.before,
        benchmark=benchmark.levels if benchmark else None,
        conditions=tuple(condition.text for condition in config.buys),
        entry_scores=_entry_scores(config, decided.asked, ledger.trades),
        risk_free=config.risk_free / 100.0,
    )  # fmt: skip
    _lap(seconds, "simulate", clock)
    return Finished(config, market, benchmark, decided.asked, run, seconds)


def refuse_without_opens(config: Config, market: Market) -> None:
    """BacktestError where orders are to be filled at opens that nobody knows."""
    if config.rules.fill is Fill.NEXT_OPEN and not np.isfinite(market.prices.open[market.prices.start :]).any():
        raise BacktestError(f"fill: next_open needs opens, and the bars of {config.region} have none: use next_close")


def _lap(seconds: dict[str, float], stage: str, since: float) -> float:
    now = time.perf_counter()
    seconds[stage] = seconds.get(stage, 0.0) + now - since
    return now


def _entry_scores(config: Config, asked: Asked, trades: np.ndarray) -> np.ndarray:
    """The score of each buy condition's factor for each trade, on the session of its signal: float64 [C, K]."""
    at = asked.plan.at
    rows = np.minimum(np.searchsorted(at, trades["signal_session"]), max(len(at) - 1, 0))
    known = np.isin(trades["signal_session"], at)
    found = np.full((len(config.buys), len(trades)), np.nan)
    for place, condition in enumerate(config.buys):
        score = asked.layers[condition.factor].score[rows, trades["instrument"]]
        found[place] = np.where(known, score, np.nan)
    return found


def returns_without(finished: Finished) -> list[float | None]:
    """Total return, percent, when each buy condition is left out in turn."""
    found: list[float | None] = []
    capital = finished.config.rules.initial_capital
    for place in range(len(finished.config.buys)):
        prices, signals = signals_of(finished.config, finished.market, finished.asked, left_out=place)
        value = simulate(prices, signals, finished.config.rules).snapshots["value"]
        found.append(100.0 * (float(value[-1]) / capital - 1.0))
    return found
