"""How the risk metrics of a day were computed: for each figure its formula, its steps and the rows it is made of."""

import datetime as dt
from typing import Any

import numpy as np

from portfolio.calc.correlations import correlations, spanned_returns
from portfolio.calc.risk.figures import OF_BENCHMARK, TAILS, WINDOW, recent
from portfolio.calc.risk.steps import risk_steps
from portfolio.calc.statistics import Track, statistic_named
from portfolio.models import PortfolioRiskMetrics
from portfolio.services.risk import FIGURES, RiskInputs, risk_metrics_from
from portfolio.services.trails import figure, plain, trail

SOURCE = "docs/statistics.md"
# (unit, formula) of what is no registered statistic.
OTHERS = {
    "risk_level": ("%", "by volatility a year: below low VERY_LOW, below moderate LOW, below high MODERATE, below"
                        " very_high HIGH, else VERY_HIGH"),
    "hhi": ("fraction", "sum of square; weight = value / the portfolio's value, a fraction; all cash is one position"),
    "effective_assets": ("ratio", "1 / hhi"),
    "average_correlation": ("ratio", "mean of correlation over the pairs that have one; returns of the last 252"
                                     " sessions in the base currency"),
    "max_correlation": ("ratio", "the highest correlation of a pair"),
}  # fmt: skip


def risk_explain(*, inputs: RiskInputs, stored: PortfolioRiskMetrics) -> dict[str, Any]:
    """``figures``: a trail for each column, whose ``result`` is computed now; its inputs have what is ``stored`` (they
    differ where bars or transactions changed since; None for a row that is not stored), the dates of the data and every
    step. ``sessions``: the record that the figures of returns are made of.
    """
    fresh, names = risk_metrics_from(inputs), [str(one.instrument) for one in inputs.held]
    steps = risk_steps(inputs.track, inputs.compared, inputs.positions)
    pair = steps["max_correlation"].get("pair")
    if pair is not None:
        steps["max_correlation"]["pair"] = [names[place] for place in pair]
    pairs = pair_rows(inputs.closes.close, names)
    rows = {
        "hhi": _positions(inputs, names), "average_correlation": pairs, "max_correlation": pairs,
    }  # fmt: skip
    figures = {}
    for name in FIGURES:
        known = {"stored": getattr(stored, name) if stored.pk else None, **_dates(name, inputs)}
        known |= plain(steps.get(name, {}))
        if inputs.problem and name not in OTHERS:
            known["problem"] = inputs.problem
        figures[name] = _trail(name, getattr(fresh, name), known, rows.get(name, []))
    return {"figures": figures, "sessions": _sessions(inputs.track, inputs.compared)}


def _trail(name: str, result: Any, known: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    if name in OTHERS:
        unit, formula = OTHERS[name]
        if name == "risk_level":  # a word: its number is the volatility
            known, result = known | {"level": result}, known.get("volatility")
        return trail(result, unit, formula, inputs=known, rows=rows, source=SOURCE)
    statistic = statistic_named(TAILS.get(name, name))
    over = f" Of the last {WINDOW} returns." if name in TAILS else ""
    return trail(result, statistic.unit, statistic.description() + over, inputs=known, source=SOURCE)


def _dates(name: str, inputs: RiskInputs) -> dict[str, Any]:
    """First and last day of the data of a figure."""
    if name in ("hhi", "effective_assets"):
        return {"date": inputs.standing.as_of}
    if name in ("average_correlation", "max_correlation"):
        dates = inputs.closes.dates[-WINDOW - 1 :]
    else:
        track = inputs.compared if name in OF_BENCHMARK else inputs.track
        track = recent(track) if track is not None and name in TAILS else track
        dates = track.dates if track is not None else np.zeros(0, "datetime64[D]")
    span = {"first": dates[0].item(), "last": dates[-1].item()} if len(dates) else {}
    return span | ({"benchmark": str(inputs.benchmark)} if name in OF_BENCHMARK and inputs.benchmark else {})


def _sessions(track: Track | None, compared: Track | None) -> list[dict[str, Any]]:
    """The index after each session and its return in percent, the evening before the first without one; beside them
    ``beside_rows``.
    """
    if track is None:
        return []
    beside = beside_rows(compared)
    return [row | beside.get(row["date"], {}) for row in _rows(track)]


def beside_rows(compared: Track | None) -> dict[dt.date, dict[str, Any]]:
    """By date: the benchmark's level and return, and the portfolio's own, over the sessions that both have."""
    if compared is None or compared.benchmark is None:
        return {}
    levels, own = _rows(Track(compared.benchmark, compared.dates)), _rows(compared)
    return {
        one["date"]: {
            "benchmark_level": one["index"], "benchmark_return": one["return"], "common_return": mine["return"],
        }
        for one, mine in zip(levels, own, strict=True)
    }  # fmt: skip


def _rows(track: Track) -> list[dict[str, Any]]:
    returns = [None, *(100.0 * track.returns).tolist()]
    columns = zip(track.dates.tolist(), track.values.tolist(), returns, strict=True)
    return [{"date": day, "index": index, "return": earned} for day, index, earned in columns]


def _positions(inputs: RiskInputs, names: list[str]) -> list[dict[str, Any]]:
    """Value, weight (fraction) and its square of everything held, cash last."""
    weights = inputs.positions.all_weights.tolist()
    values = [*(one.value for one in inputs.held), inputs.standing.cash_value]
    rows = zip([*names, "cash"], values, weights, strict=False)  # no cash: no row of it
    return [{"asset": name, "value": value, "weight": part, "square": part * part} for name, value, part in rows]


def pair_rows(closes: np.ndarray, names: list[str]) -> list[dict[str, Any]]:
    """Correlation, common returns and p-value of every pair of ``names`` [k] over the last 252 sessions of ``closes``
    [T, k].
    """
    found = correlations(spanned_returns(closes[-WINDOW - 1 :]).values)
    first, second = np.triu_indices(len(names), 1)
    return [
        {
            "a": names[i], "b": names[j], "correlation": figure(found.coefficient[i, j]),
            "returns": int(found.count[i, j]), "p_value": figure(found.p_value[i, j]),
        }
        for i, j in zip(first.tolist(), second.tolist(), strict=True)
    ]  # fmt: skip
