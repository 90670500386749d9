"""What is told of a finished run: figures, tables and findings, as plain data."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from backtests.calc.outcomes import (
    by_instrument,
    contribution,
    distributions,
    drawdown_table,
    period_table,
    reasons,
    trade_figures,
)
from backtests.diagnosis import Evidence, SectorUse, diagnose
from backtests.services.config import NO_BENCHMARK, Config
from backtests.services.running import Finished, returns_without
from backtests.services.selection import coverage_of, selection_of
from portfolio.calc.statistics import statistics_of

SHOWN = 10  # best and worst names
Figures = dict[str, float | int | None]


@dataclass(frozen=True)
class Outcome:
    """``figures`` by name; the tables of docs/backtest-results.md; ``findings`` of the diagnosis."""

    figures: Figures
    monthly: list[dict[str, Any]]
    yearly: list[dict[str, Any]]
    contribution: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    details: dict[str, Any] = field(default_factory=dict)


def figures_of(finished: Finished) -> Figures:
    """Every statistic of the value series and every figure of the trades."""
    run = finished.run
    return {"final_value": float(run.values[-1])} | statistics_of(run.track) | trade_figures(run)


def outcome_of(finished: Finished, trials: np.ndarray | None = None) -> Outcome:
    """All that is told; ``trials``: the Sharpe ratios of the search that a variant is one of."""
    run, figures, selection = finished.run, figures_of(finished), selection_of(finished)
    coverage = coverage_of(finished, selection)
    return Outcome(
        figures, period_table(run, "month"), period_table(run, "year"), contribution(run, returns_without(finished)),
        _findings(finished, figures, trials, coverage),
        {
            "drawdowns": drawdown_table(run), "distributions": distributions(run), "reasons": reasons(run),
            "instruments": _instruments(finished), "selection": selection, **_around(finished),
        },
    )  # fmt: skip


def _around(finished: Finished) -> dict[str, Any]:
    """What the series begin with, and what they are compared with."""
    benchmark = finished.benchmark
    known = benchmark is not None and bool(np.isfinite(benchmark.levels[0]))
    return {
        "before": str(finished.market.before),
        "benchmark": {"ticker": benchmark.ticker, "name": benchmark.name} if benchmark else None,
        "benchmark_before": float(finished.run.values[0]) if known else None,
    }


def _findings(
    finished: Finished, figures: Figures, trials: np.ndarray | None, coverage: dict[str, float]
) -> list[dict[str, Any]]:
    evidence = Evidence(
        finished.run, figures, np.zeros(0) if trials is None else trials, finished.market.adjusted,
        finished.config.benchmark != NO_BENCHMARK,
        price_index=finished.benchmark is not None and finished.benchmark.is_index,
        coverage=coverage,
        sector_uses=sector_uses_of(finished.config),
    )  # fmt: skip
    return [asdict(finding) | {"severity": str(finding.severity)} for finding in diagnose(evidence)]


def sector_uses_of(config: Config) -> frozenset[SectorUse]:
    """What a configuration or its strategy needs the sectors of stocks for."""
    parts = [(config.universe, config.neutralise)]
    if config.definition is not None:
        parts.append((config.definition.universe, tuple(config.definition.neutralise)))
    found = set()
    for universe, neutralise in parts:
        if universe.get("sectors") or universe.get("exclude_sectors"):
            found.add(SectorUse.UNIVERSE)
        if "sector" in neutralise:
            found.add(SectorUse.NEUTRALISE)
    return frozenset(found)


def _instruments(finished: Finished) -> dict[str, list[dict[str, Any]]]:
    """The names that gained and lost most."""
    rows = by_instrument(finished.run)
    market = finished.market

    def named(some: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"ticker": str(market.tickers[one["instrument"]]), "name": str(market.names[one["instrument"]])}
            | {key: one[key] for key in ("profit", "share", "trades")}
            for one in some
        ]

    gained = [one for one in rows if one["profit"] > 0]
    lost = [one for one in rows if one["profit"] < 0]
    return {"best": named(gained[:SHOWN]), "worst": named(lost[::-1][:SHOWN])}
