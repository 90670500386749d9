"""What an analysis keeps and shows: plain data, returns and shares in percent."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np

from factors.calc.analysis import Daily, Plan, Summary, summarise
from factors.calc.analysis.inference import Mean
from factors.calc.analysis.summary import spread_of
from factors.services.analysis_figures import Figures
from factors.services.scoreless import why_scoreless

DIGITS = 6  # of series; what stands for the whole period is kept in full
UNITS = {
    "information coefficients, autocorrelation, correlations": "-1 to 1",
    "quantile returns, spread, cumulative": "% over the horizon, not annualised",
    "turnover": "% of the names of the quantile",
    "coverage": "instruments per session",
    "horizon, window": "sessions of the exchange",
}
NO_SCORES = "no scores in this period"
Counts = dict[dt.date, tuple[int, dict[str, int]]]


def result_of(figures: Figures, plan: Plan, counts: dict[str, Counts]) -> tuple[dict[str, Any], dict[str, str]]:
    """(the result, by factor why it cannot be analysed)."""
    problems = {name: why for name, daily in figures.daily.items() if (why := _problem(daily, counts[name]))}
    names = [name for name in figures.daily if name not in problems]
    summaries = {name: summarise(figures.daily[name], plan) for name in names}
    factors = {
        name: _factor(figures.daily[name], summaries[name], plan, coverage_of(figures, name, counts[name]))
        for name in names
    }
    warnings = [f"{name}: {text}" for name in names for text in summaries[name].warnings]
    return {
        "sessions": len(figures.days), "days": [str(day) for day in figures.days],
        "prices_through": str(figures.prices_through), "instruments": figures.instruments, "ended": figures.ended,
        "units": UNITS, "factors": factors, "correlation": _correlation(figures, names), "warnings": warnings,
    }, problems  # fmt: skip


def _problem(daily: Daily, counts: Counts) -> str:
    """Why a factor has nothing to show."""
    if not daily.scored.any():
        return why_scoreless(counts) or NO_SCORES
    if not daily.analysed.any():
        return "no instrument with a score has a close on that session"
    if not np.isfinite(daily.rank_ic).any():
        if not (daily.analysed >= 3).any():
            return "fewer than 3 instruments have a score and a close on every session"
        return "no information coefficient on any session: scores or returns do not vary, or no return is known yet"
    return ""


def _factor(daily: Daily, summary: Summary, plan: Plan, coverage: dict[str, Any]) -> dict[str, Any]:
    horizons = list(plan.horizons)
    numbers = range(1, plan.quantiles + 1)
    return {
        "information": [
            {"horizon": h, "rank_ic": _mean(rank), "pearson_ic": _mean(pearson)}
            for h, rank, pearson in zip(horizons, summary.rank_ic, summary.pearson_ic, strict=True)
        ],
        "decay": [{"horizon": h} | _mean(one) for h, one in zip(plan.decay, summary.decay, strict=True)],
        "quantiles": [
            {"horizon": h, "quantile": k} | _mean(one, 100.0)
            for h, row in zip(horizons, summary.quantiles, strict=True)
            for k, one in zip(numbers, row, strict=True)
        ],
        "spread": [{"horizon": h} | _mean(one, 100.0) for h, one in zip(horizons, summary.spread, strict=True)],
        "monotonicity": [{"horizon": h, "value": v} for h, v in zip(horizons, summary.monotonicity, strict=True)],
        "turnover": {
            "window": plan.window, "top": _percent(summary.turnover_top), "bottom": _percent(summary.turnover_bottom),
        },
        "autocorrelation": {"window": plan.window, "value": summary.autocorrelation, "one": summary.autocorrelation_1},
        "coverage": coverage | {"sessions_without_quantiles": summary.untiled},
        "warnings": summary.warnings,
        "series": _series(daily, summary, plan),
    }  # fmt: skip


def _series(daily: Daily, summary: Summary, plan: Plan) -> dict[str, Any]:
    """One figure per session of ``days``; null where there is none. A return stands at the session of its score."""
    horizons = [str(h) for h in plan.horizons]
    spreads = spread_of(daily.quantile_return)
    cumulative = None
    if summary.growth is not None and summary.spread_growth is not None:
        cumulative = {
            "quantiles": [plain(100.0 * (column - 1.0)) for column in summary.growth.T],
            "spread": plain(100.0 * (summary.spread_growth - 1.0)),
        }
    return {
        "rank_ic": {h: plain(row) for h, row in zip(horizons, daily.rank_ic, strict=True)},
        "pearson_ic": {h: plain(row) for h, row in zip(horizons, daily.pearson_ic, strict=True)},
        "spread": {h: plain(100.0 * row) for h, row in zip(horizons, spreads, strict=True)},
        "cumulative": cumulative,
        "turnover_top": plain(100.0 * daily.turnover_top), "turnover_bottom": plain(100.0 * daily.turnover_bottom),
        "autocorrelation": plain(daily.autocorrelation), "autocorrelation_1": plain(daily.autocorrelation_1),
        "scored": daily.scored.tolist(),
    }  # fmt: skip


def coverage_of(figures: Figures, name: str, counts: Counts) -> dict[str, Any]:
    """Instruments per session: the universe, those scored, those of them analysed, and the others by reason.

    Means over the sessions whose run kept its counts (``counted_sessions``); ``no_close``: with a score, without a
    close. ``by_month``: what the means are made of, for a chart.
    """
    daily = figures.daily[name]
    days = [day.astype(dt.date) for day in figures.days]
    counted = [(i, *counts[day]) for i, day in enumerate(days) if day in counts]
    reasons = sorted({code for _, _, drops in counted for code in drops})
    months: dict[str, list[tuple[int, int, dict[str, int]]]] = {}
    for one in counted:
        months.setdefault(days[one[0]].strftime("%Y-%m"), []).append(one)
    has = daily.scored > 0
    return {
        "sessions_with_scores": int(has.sum()),
        "scored": _average(daily.scored[has]),
        "no_close": _average((daily.scored - daily.analysed)[has]),
        "counted_sessions": len(counted),
        "universe": _average([universe for _, universe, _ in counted]),
        "drops": {code: _average([drops.get(code, 0) for _, _, drops in counted]) for code in reasons},
        "by_month": [
            {"month": month, "scored": _average([daily.scored[i] for i, _, _ in rows])}
            | {code: _average([drops.get(code, 0) for _, _, drops in rows]) for code in reasons}
            for month, rows in sorted(months.items())
        ],
    }


def _correlation(figures: Figures, names: list[str]) -> dict[str, Any]:
    """Pearson and Spearman correlations of scores, averaged over the sessions that have them."""
    at = [i for i, name in enumerate(figures.daily) if name in names]
    means = []
    for matrices in (figures.pearson, figures.spearman):
        some = matrices[:, at][:, :, at] if len(matrices) else np.zeros((0, len(at), len(at)))
        known = np.isfinite(some)
        count = known.sum(axis=0)
        mean = np.where(count > 0, np.where(known, some, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
        means.append([[_number(value) for value in row] for row in mean])
    return {"names": names, "pearson": means[0], "spearman": means[1]}


def _mean(one: Mean, scale: float = 1.0) -> dict[str, Any]:
    scaled = ("mean", "std", "standard_error", "newey_west_error")
    return {
        key: value * scale if key in scaled and value is not None else value
        for key, value in vars(one).items()
    }  # fmt: skip


def plain(series: Iterable[float]) -> list[float | None]:
    """Six digits of each figure, None for NaN."""
    return [float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in series]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _average(values: Any) -> float | None:
    return round(float(np.mean(values)), 2) if len(values) else None
