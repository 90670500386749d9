"""The charts of one backtest, session by session."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backtests.report.text import is_known
from market.pages.charts import Chart, chart, line

OWN, OTHER, CASH = "#3b82c4", "#e08a1e", "#2f9e77"
BENCHMARK = {"line": {"color": OTHER, "width": 1.8, "dash": "dash"}}
FEW = 20  # sessions
LINEAR, LOG = gettext_noop("linear"), gettext_noop("logarithmic")
PERCENT_AXIS = {"ticksuffix": " %"}
MONTHS_TOLD, MONTHS_OF_HALF_YEARS, MOST_TICKS = 12, 60, 12
Series = dict[str, Any]


def days(series: Series) -> dict[str, Any]:
    """The axis of time: a few sessions stand beside each other, for which Plotly would show hours."""
    return {"type": "category"} if len(series["dates"]) < FEW else {}


def over_time(result: dict[str, Any]) -> list[Chart | None]:
    """Value and drawdown."""
    series = result["series"]
    return [equity(series, result["name"], _benchmark_name(result), result["currency"]), drawdown(series, result)]


def equity(series: Series, name: str, benchmark: str, currency: str) -> Chart:
    """The value against the benchmark, linear or logarithmic; the latter only where all values are above zero."""
    traces = [line(series["dates"], series["value"], name, OWN)]
    if series["benchmark"]:
        traces.append(line(series["dates"], series["benchmark"], benchmark, OTHER) | BENCHMARK)
    axis: dict[str, Any] = {"exponentformat": "B", "hoverformat": ",.0f", "title": {"text": currency}}
    note = _("With all costs, at the close of each session.")
    if series["benchmark"]:
        note += " " + _("The benchmark starts with the same capital and has no costs.")
    known = [value for trace in traces for value in trace["y"] if is_known(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    if low == high:  # a flat line in the middle, not magnified
        axis["range"] = [0.9 * low, 1.1 * high]
    found = chart(_("Value"), currency, traces, {"yaxis": axis, "xaxis": days(series)}, note, height=380) | {
        "wide": True
    }
    if 0 < low < high:
        found |= {
            "controls": [{"label": _("Scale"), "options": [LINEAR, LOG]}],
            "states": {LINEAR: {}, LOG: {"layout": {"yaxis": {"type": "log", "dtick": "D2"}}}},
        }
    return found


def drawdown(series: Series, result: dict[str, Any]) -> Chart | None:
    """How far below the highest value so far; None where nothing ever fell."""
    if not any(series["drawdown"]) and not any(series["benchmark_drawdown"] or []):
        return None
    own = line(series["dates"], series["drawdown"], result["name"], OWN)
    traces = [own | {"fill": "tozeroy", "fillcolor": "rgba(59,130,196,0.18)"}]
    if series["benchmark_drawdown"]:
        traces.append(line(series["dates"], series["benchmark_drawdown"], _benchmark_name(result), OTHER) | BENCHMARK)
    layout = {"yaxis": PERCENT_AXIS | {"hoverformat": ".2f"}, "xaxis": days(series)}
    return chart(_("Drawdown"), _("% below the highest so far"), traces, layout, height=260) | {"wide": True}


def rolling_sharpe(series: Series) -> Chart | None:
    """None where no session has one."""
    if not any(is_known(value) for value in series["rolling_sharpe"]):
        return None
    traces = [line(series["dates"], series["rolling_sharpe"], _("Sharpe ratio"), OWN)]
    note = _("Of the 126 returns up to each session, half a year.")
    return chart(_("Rolling Sharpe ratio"), _("a year"), traces, {"yaxis": {"hoverformat": ".2f"}}, note, height=300)


def invested(series: Series) -> Chart:
    """Which part of the value was in stocks, which in cash."""
    share = [
        100.0 * cash / value if value else None for cash, value in zip(series["cash"], series["value"], strict=True)
    ]
    stocks = [None if part is None else round(100.0 - part, 6) for part in share]
    cash = [None if part is None else round(part, 6) for part in share]
    traces = [
        line(series["dates"], stocks, _("stocks"), OWN) | {"stackgroup": "all", "fillcolor": "rgba(59,130,196,0.45)"},
        line(series["dates"], cash, _("cash"), CASH) | {"stackgroup": "all", "fillcolor": "rgba(47,158,119,0.25)"},
    ]
    for trace in traces:
        trace["line"] = trace["line"] | {"width": 0.8}
    layout = {"yaxis": PERCENT_AXIS | {"range": [0, 100], "hoverformat": ".1f"}, "xaxis": days(series)}
    return chart(_("Stocks and cash"), _("percent of the value"), traces, layout, height=300)


def positions(series: Series) -> Chart:
    """How many names were held."""
    trace = line(series["dates"], series["positions"], _("names held"), OWN)
    trace["line"] = trace["line"] | {"shape": "hv"}
    layout = {"yaxis": {"rangemode": "tozero", "hoverformat": "d"}, "showlegend": False, "xaxis": days(series)}
    return chart(_("Positions"), _("names at the close"), [trace], layout, height=300)


def turnover(series: Series) -> Chart:
    """Summed by month: single sessions are too thin to see."""
    months: dict[str, float] = {}
    for day, value in zip(series["dates"], series["turnover"], strict=True):
        months[day[:7]] = months.get(day[:7], 0.0) + (value or 0.0)
    trace = {
        "type": "bar", "x": list(months), "y": [round(value, 6) for value in months.values()], "name": _("turnover"),
        "marker": {"color": OWN},
    }  # fmt: skip
    layout = {
        "yaxis": PERCENT_AXIS | {"hoverformat": ".1f", "rangemode": "tozero"}, "showlegend": False, "bargap": 0.15,
        "xaxis": {"type": "category"} | _half_years(list(months)),
    }  # fmt: skip
    found = chart(
        _("Turnover by month"),
        _("percent of the value"),
        [trace],
        layout,
        _("Half of what was bought and sold."),
        height=300,
    )
    return found | {"first_column": _("month")}


def _half_years(months: list[str]) -> dict[str, Any]:
    """Ticks of an axis of months (YYYY-MM): every month of a year, half-years of some, years of many."""
    if len(months) <= MONTHS_TOLD:
        return {}
    shown = ("-01", "-07") if len(months) <= MONTHS_OF_HALF_YEARS else ("-01",)
    ticks = [month for month in months if month.endswith(shown)]
    ticks = ticks[:: 1 + len(ticks) // MOST_TICKS]
    return {"tickvals": ticks, "ticktext": [tick.removesuffix("-01") for tick in ticks]}


def _benchmark_name(result: dict[str, Any]) -> str:
    benchmark = result["benchmark"]
    return str(benchmark["name"] or benchmark["ticker"]) if benchmark else _("benchmark")


def dashes(place: int) -> str:
    """How the line of the n-th of several series is drawn, so that not colour alone tells them apart."""
    styles: Sequence[str] = ("solid", "dash", "dot", "dashdot")
    return styles[place % len(styles)]
