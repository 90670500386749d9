"""How the risk metrics of a day were computed: for each figure its formula, its steps and what it was made of."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio.calc.correlations import correlations, spanned_returns
from portfolio.calc.risk.figures import OF_BENCHMARK, OF_RECORD, TAILS, WINDOW
from portfolio.calc.risk.steps import risk_steps
from portfolio.calc.statistics import Track, statistic_named
from portfolio.models import PortfolioRiskMetrics
from portfolio.services.risk import FIGURES, RiskInputs, risk_metrics_from

SECTION = "FORMULAS.md section 4"
# (unit, formula, table) of what is no registered statistic.
OTHERS = {
    "risk_level": (
        "level", "by volatility: below 5 VERY_LOW, 10 LOW, 20 MODERATE, 30 HIGH, else VERY_HIGH", "returns",
    ),
    "hhi": ("fraction", "sum of squared weights, fractions of the value; all cash is one position", "positions"),
    "effective_assets": ("ratio", "1 / HHI", "positions"),
    "average_correlation": ("ratio", "mean of the correlations of all pairs held, last 252 sessions", "pairs"),
    "max_correlation": ("ratio", "the highest correlation of a pair held, last 252 sessions", "pairs"),
}  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """``value`` as computed now and as ``stored``: they differ when bars or transactions changed since. ``steps``: the
    numbers on the way, in order; ``table``: which of the tables its rows are in.
    """

    figure: str
    value: float | str | None
    stored: float | str | None
    unit: str
    formula: str
    section: str
    steps: dict[str, Any]
    table: str


def risk_explain(*, inputs: RiskInputs, stored: PortfolioRiskMetrics) -> dict[str, Any]:
    """``figures``: an ``Explained`` for each column; ``inputs``: what they share, with the dates of the data;
    ``tables``: the rows themselves (``returns``, ``compared``, ``positions``, ``pairs``).
    """
    fresh, names = risk_metrics_from(inputs), [str(one.instrument) for one in inputs.held]
    steps = risk_steps(inputs.track, inputs.compared, inputs.positions)
    pair = steps["max_correlation"].get("pair")
    if pair is not None:
        steps["max_correlation"]["pair"] = [names[place] for place in pair]
    return {
        "figures": [_explained(name, fresh, stored, steps.get(name, {})) for name in FIGURES],
        "inputs": _inputs(inputs),
        "tables": {
            "returns": _returns(inputs.track), "compared": _returns(inputs.compared),
            "positions": _positions(inputs, names), "pairs": pair_rows(inputs, names),
        },
    }  # fmt: skip


def _explained(
    name: str, fresh: PortfolioRiskMetrics, stored: PortfolioRiskMetrics, steps: dict[str, Any]
) -> Explained:
    value, kept = getattr(fresh, name), getattr(stored, name)
    if name in OTHERS:
        unit, formula, table = OTHERS[name]
        return Explained(name, value, kept, unit, formula, SECTION, steps, table)
    statistic = statistic_named(TAILS.get(name, name))
    over = f" Of the last {WINDOW} returns." if name in TAILS else ""
    table = "compared" if name in OF_BENCHMARK else "returns"
    return Explained(name, value, kept, statistic.unit, statistic.description() + over, SECTION, steps, table)


def _inputs(inputs: RiskInputs) -> dict[str, Any]:
    """What the figures share."""
    track, compared, dates = inputs.track, inputs.compared, inputs.closes.dates
    return {
        "date": inputs.standing.as_of,
        "risk_free_rate": inputs.standing.portfolio.risk_free_rate,
        "problem": inputs.problem,
        "record": None if track is None else _span(track.dates[1:]),
        "record_figures": [*OF_RECORD, *OF_BENCHMARK],
        "last_returns": None if track is None else _span(track.dates[1:][-WINDOW:]),
        "benchmark": None if inputs.benchmark is None else str(inputs.benchmark.instrument),
        "benchmark_sessions": None if compared is None else _span(compared.dates),
        "closes": _span(dates[-WINDOW - 1 :]) if len(dates) else None,
    }


def _span(dates: np.ndarray) -> dict[str, Any]:
    return {"first": dates[0].item(), "last": dates[-1].item(), "sessions": len(dates)}


def _returns(track: Track | None) -> list[dict[str, Any]]:
    """The index after each session and its return in percent; the evening before the first has none."""
    if track is None:
        return []
    columns = {"date": track.dates.tolist(), "index": track.values.tolist()}
    columns["return"] = [None, *(100.0 * track.returns).tolist()]
    if track.benchmark is not None:
        columns["benchmark"] = track.benchmark.tolist()
        columns["benchmark_return"] = [None, *(100.0 * track.pairs.benchmark).tolist()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _positions(inputs: RiskInputs, names: list[str]) -> list[dict[str, Any]]:
    """Value, weight (fraction) and its square of everything held, cash last."""
    weights = inputs.positions.all_weights.tolist()
    values = [*(one.value for one in inputs.held), inputs.standing.cash_value]
    rows = zip([*names, "cash"], values, weights, strict=False)  # no cash: no row of it
    return [{"asset": name, "value": value, "weight": part, "square": part * part} for name, value, part in rows]


def pair_rows(inputs: RiskInputs, names: list[str]) -> list[dict[str, Any]]:
    """Correlation, common returns and p-value of every pair held, over the window of the figures."""
    closes = inputs.closes.close[-WINDOW - 1 :]
    found = correlations(spanned_returns(closes).values)
    first, second = np.triu_indices(len(names), 1)
    return [
        {
            "a": names[i], "b": names[j], "correlation": float(found.coefficient[i, j]),
            "returns": int(found.count[i, j]), "p_value": float(found.p_value[i, j]),
        }
        for i, j in zip(first.tolist(), second.tolist(), strict=True)
    ]  # fmt: skip
