"""The charts of a factor as Plotly figures (plain data); the page gives them the colours of its theme."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from market.pages.charts import Chart, chart, line

HORIZON_COLOURS = ("#3b82c4", "#e08a1e", "#2f9e77", "#b65fa5", "#8a7f3d", "#c9524a", "#5d6bc0", "#6b7280")
QUANTILE_SCALE = ("#b2453c", "#e0976b", "#9aa3ad", "#6fa8d0", "#2b6cb0")
DROP_COLOURS = ("#9aa3ad", "#d9a441", "#c9524a", "#8a6fb8", "#5d9e9a", "#7c6f57", "#b65fa5", "#46618c")
SCORED, FAINT, ERROR, SPREAD = "#3b82c4", "rgba(127,140,155,0.45)", "#7f8c9b", "#2f9e77"
ROLLING = 63


def factor_charts(days: Sequence[str], found: dict[str, Any]) -> list[Chart]:
    """Every chart of one factor of ``result["factors"]``, in the order of the page."""
    return [
        chart for chart in (
            _ic_over_time(days, found), _ic_added(days, found), _decay(found), _quantile_bars(found),
            _quantile_growth(days, found), _spread_growth(days, found), _turnover(days, found),
            _autocorrelation(days, found), _coverage(found),
        ) if chart
    ]  # fmt: skip


def correlation_chart(correlation: dict[str, Any]) -> Chart:
    """Heat maps of both correlations, one below the other."""
    names = correlation["names"]
    traces = [
        {
            "type": "heatmap", "x": names, "y": names, "z": correlation[kind], "name": kind.capitalize(), "zmin": -1,
            "zmax": 1, "colorscale": [[0, "#b2453c"], [0.5, "#f1efe9"], [1, "#2b6cb0"]], "showscale": i == 0,
            "xaxis": f"x{i + 1 if i else ''}", "yaxis": f"y{i + 1 if i else ''}", "texttemplate": "%{z:.2f}",
            "colorbar": {"thickness": 10, "len": 0.9}, "xgap": 2, "ygap": 2,
        }
        for i, kind in enumerate(("pearson", "spearman"))
    ]  # fmt: skip
    titles = [
        {
            "text": text, "xref": "paper", "yref": "paper", "x": 0, "y": y, "xanchor": "left", "yanchor": "bottom",
            "showarrow": False,
        }
        for text, y in (("Pearson", 1.0), ("Spearman", 0.44))
    ]  # fmt: skip
    layout = {
        "annotations": titles, "xaxis": {"domain": [0, 1], "anchor": "y", "showticklabels": False, "type": "category"},
        "yaxis": {"domain": [0.56, 1], "autorange": "reversed", "type": "category"},
        "xaxis2": {"domain": [0, 1], "anchor": "y2", "type": "category"},
        "yaxis2": {"domain": [0, 0.44], "autorange": "reversed", "type": "category"}, "showlegend": False,
    }  # fmt: skip
    height = 200 + 2 * max(110, 38 * len(names))
    return chart(_("Correlation of the scores"), _("-1 to 1, mean over sessions"), traces, layout, height=height)


def rolling_mean(series: Sequence[float | None], window: int) -> list[float | None]:
    """Mean of the figures among the last ``window`` sessions; None until half of them have one."""
    found: list[float | None] = []
    for i in range(len(series)):
        known = [value for value in series[max(0, i + 1 - window) : i + 1] if value is not None]
        enough = len(known) >= window / 2
        found.append(round(sum(known) / len(known), 6) if enough else None)
    return found


def _ic_over_time(days: Sequence[str], found: dict[str, Any]) -> Chart:
    series = found["series"]["rank_ic"]
    first = next(iter(series))
    traces: list[dict[str, Any]] = [
        {
            "type": "bar", "x": list(days), "y": series[first],
            "name": _("each session, %(sessions)s") % {"sessions": _sessions(first)},
            "marker": {"color": FAINT, "line": {"width": 0}},
        }
    ]  # fmt: skip
    for (horizon, values), colour in zip(series.items(), HORIZON_COLOURS, strict=False):
        name = _("%(window)s-session mean, %(sessions)s") % {"window": ROLLING, "sessions": _sessions(horizon)}
        traces.append(line(days, rolling_mean(values, ROLLING), name, colour))
    layout = {"yaxis": {"title": {"text": _("rank IC")}}, "bargap": 0}
    note = _("Spearman correlation of the session's scores with the returns after it.")
    return chart(_("Information coefficient over time"), _("rank IC, -1 to 1"), traces, layout, note)


def _ic_added(days: Sequence[str], found: dict[str, Any]) -> Chart:
    traces = [
        line(days, running_sum(values), _sessions(horizon), colour)
        for (horizon, values), colour in zip(found["series"]["rank_ic"].items(), HORIZON_COLOURS, strict=False)
    ]
    note = _("Sum of the sessions' rank ICs: a straight rise is steady skill, a flat line is none.")
    return chart(_("Information coefficient, added up"), _("sum of rank ICs"), traces, {}, note)


def running_sum(series: Sequence[float | None]) -> list[float | None]:
    """Sum of the figures up to each place; None before the first, and where there is none."""
    total, found = 0.0, list[float | None]()
    for value in series:
        total += value or 0.0
        found.append(None if value is None else round(total, 6))
    return found


def _decay(found: dict[str, Any]) -> Chart:
    rows = [row for row in found["decay"] if row["mean"] is not None]
    error = [1.96 * (row["newey_west_error"] or 0.0) for row in rows]
    traces = [
        {
            "type": "bar", "x": [str(row["horizon"]) for row in rows], "y": [row["mean"] for row in rows],
            "name": _("mean rank IC"), "marker": {"color": SCORED},
            "error_y": {"type": "data", "array": error, "thickness": 1.2, "width": 4, "color": ERROR},
        }
    ]  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": _("sessions after the score")}, "type": "category"},
        "yaxis": {"title": {"text": _("mean rank IC")}}, "showlegend": False,
    }  # fmt: skip
    note = _("With intervals of 95 percent that allow for overlapping returns (Newey-West).")
    return chart(_("Decay of the information coefficient"), _("mean rank IC by horizon"), traces, layout, note)


def _quantile_bars(found: dict[str, Any]) -> Chart:
    horizons = list(dict.fromkeys(row["horizon"] for row in found["quantiles"]))
    traces = []
    for horizon, colour in zip(horizons, HORIZON_COLOURS, strict=False):
        rows = [row for row in found["quantiles"] if row["horizon"] == horizon]
        scale = 100.0 / horizon
        traces.append({
            "type": "bar", "x": [f"Q{row['quantile']}" for row in rows],
            "y": [_scaled(row["mean"], scale) for row in rows], "name": _sessions(horizon), "marker": {"color": colour},
            "error_y": {
                "type": "data", "array": [_scaled(row["standard_error"], scale) or 0.0 for row in rows],
                "thickness": 1.2, "width": 3, "color": ERROR,
            },
        })  # fmt: skip
    layout = {
        "barmode": "group", "yaxis": {"title": {"text": _("basis points a session")}},
        "xaxis": {"title": {"text": _("quantile of the score, Q1 the lowest")}, "type": "category"},
    }  # fmt: skip
    note = _("Mean return divided by the horizon, with one standard error (sessions taken as independent).")
    return chart(_("Return by quantile"), _("basis points a session"), traces, layout, note)


def _quantile_growth(days: Sequence[str], found: dict[str, Any]) -> Chart | None:
    curves = found["series"]["cumulative"]
    if not curves:
        return None
    count = len(curves["quantiles"])
    traces = [
        line(days, values, f"Q{k + 1}", quantile_colour(k, count)) for k, values in enumerate(curves["quantiles"])
    ]
    layout = {"yaxis": {"ticksuffix": " %"}}
    note = _("Each session's quantiles held for one session, equal weights, without costs.")
    return chart(_("What the quantiles earned"), _("percent since the first session"), traces, layout, note)


def _spread_growth(days: Sequence[str], found: dict[str, Any]) -> Chart | None:
    curves = found["series"]["cumulative"]
    if not curves:
        return None
    trace = line(days, curves["spread"], _("top less bottom quantile"), SPREAD) | {
        "fill": "tozeroy", "fillcolor": "rgba(47,158,119,0.14)",
    }  # fmt: skip
    layout = {"yaxis": {"ticksuffix": " %"}, "showlegend": False}
    note = _("Long 1 the top, short 1 the bottom quantile, renewed every session, without costs.")
    return chart(_("What the spread earned"), _("percent since the first session"), [trace], layout, note)


def _turnover(days: Sequence[str], found: dict[str, Any]) -> Chart:
    window = found["turnover"]["window"]
    ends = (("top", _("top quantile"), QUANTILE_SCALE[-1]), ("bottom", _("bottom quantile"), QUANTILE_SCALE[0]))
    traces = [line(days, found["series"][f"turnover_{end}"], name, colour) for end, name, colour in ends]
    layout = {"yaxis": {"title": {"text": _("percent replaced")}, "rangemode": "tozero", "ticksuffix": " %"}}
    note = _("Names of the quantile that were not in it %(sessions)s before.") % {"sessions": _sessions(window)}
    unit = _("percent of the names over %(sessions)s") % {"sessions": _sessions(window)}
    return chart(_("Turnover"), unit, traces, layout, note)


def _autocorrelation(days: Sequence[str], found: dict[str, Any]) -> Chart:
    window = found["autocorrelation"]["window"]
    traces = [
        line(
            days,
            found["series"]["autocorrelation_1"],
            _("over %(sessions)s") % {"sessions": _sessions(1)},
            HORIZON_COLOURS[0],
        ),
        line(
            days,
            found["series"]["autocorrelation"],
            _("over %(sessions)s") % {"sessions": _sessions(window)},
            HORIZON_COLOURS[1],
        ),
    ]
    layout = {"yaxis": {"title": {"text": _("correlation")}}}
    note = _("How much of the order of the names stays.")
    return chart(_("Rank autocorrelation"), _("-1 to 1"), traces, layout, note)


def _coverage(found: dict[str, Any]) -> Chart | None:
    months = found["coverage"]["by_month"]
    if not months:
        return None
    reasons = [name for name in months[0] if name not in ("month", "scored")]
    colours = dict(zip(("scored", *reasons), (SCORED, *DROP_COLOURS), strict=False))
    traces = [
        {
            "type": "bar", "x": [month["month"] for month in months], "y": [month[name] for month in months],
            "name": _(name.replace("_", " ")), "marker": {"color": colours.get(name, FAINT)},
        }
        for name in ("scored", *reasons)
    ]  # fmt: skip
    layout = {
        "barmode": "stack", "bargap": 0.08, "yaxis": {"title": {"text": _("instruments")}},
    }  # fmt: skip
    note = _("With a score, and without one by reason.")
    return chart(_("Coverage"), _("instruments a session, mean of each month"), traces, layout, note)


def quantile_colour(place: int, count: int) -> str:
    """From red (lowest) through grey to blue (highest)."""
    position = place / max(count - 1, 1) * (len(QUANTILE_SCALE) - 1)
    low = min(int(position), len(QUANTILE_SCALE) - 2)
    pairs = zip(*(_channels(QUANTILE_SCALE[i]) for i in (low, low + 1)), strict=True)
    mixed = [round(one + (two - one) * (position - low)) for one, two in pairs]
    return f"rgb({mixed[0]},{mixed[1]},{mixed[2]})"


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _sessions(horizon: int | str) -> str:
    return ngettext("%(count)s session", "%(count)s sessions", int(horizon)) % {"count": horizon}


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else round(value * scale, 6)
