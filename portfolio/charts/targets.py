"""Charts of what is wanted, of what moves together, and of what could happen."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from market.pages.charts import Chart, chart
from portfolio.charts.drawing import CASH, FAINT, LOSS, OTHER, OWN, PERCENT

MOST = 40  # bars
READABLE = 16  # names whose figures still fit into the cells of a heat map
SCALE = [[0, "#b2453c"], [0.5, "#f1efe9"], [1, "#2b6cb0"]]
LYING = {"xaxis": PERCENT, "yaxis": {"type": "category", "dtick": 1}, "bargap": 0.25, "hovermode": "closest"}
Row = dict[str, Any]


def weights_chart(title: str, rows: Sequence[Row], series: Sequence[tuple[str, str]]) -> Chart:
    """Weights of each asset beside each other, the greatest first. ``series``: key of a row, and what it is called."""
    keys = [key for key, _label in series]
    shown = sorted(rows, key=lambda row: max(row[key] or 0.0 for key in keys))[-MOST:]
    names = [row["asset"] for row in shown]
    colours = (FAINT, OWN, OTHER)
    traces = [
        {"type": "bar", "orientation": "h", "y": names, "x": [_rounded(row[key]) for row in shown], "name": label,
         "marker": {"color": colour}}
        for (key, label), colour in zip(series, colours, strict=False)
    ]  # fmt: skip
    return chart(title, _("percent of the value"), traces, LYING, height=110 + (14 + 10 * len(series)) * len(shown))


def correlation_map(names: Sequence[str], table: Sequence[Sequence[float | None]]) -> Chart:
    """Every pair as a cell: red against each other, blue together."""
    trace: Row = {
        "type": "heatmap", "x": list(names), "y": list(names), "z": [[_rounded(one) for one in row] for row in table],
        "name": _("Correlation"), "zmin": -1, "zmax": 1, "colorscale": SCALE, "xgap": 1, "ygap": 1,
        "colorbar": {"thickness": 10, "len": 0.9},
    }  # fmt: skip
    if len(names) <= READABLE:
        trace["texttemplate"] = "%{z:.2f}"
    layout = {
        "xaxis": {"type": "category"}, "yaxis": {"type": "category", "autorange": "reversed"}, "hovermode": "closest",
    }  # fmt: skip
    height = 160 + max(14, 34 - len(names) // 2) * len(names)
    return chart(_("Correlation of the returns"), _("−1 to 1"), [trace], layout, height=height) | {"wide": True}


def windows_chart(results: Sequence[Row]) -> Chart:
    """What each bad time would have done: what has data, and what if the rest had moved alike."""
    names = [row["name"] for row in results]
    traces = [
        {"type": "bar", "x": names, "y": [_rounded(row[key]) for row in results], "name": label,
         "marker": {"color": colour}}
        for key, label, colour in (
            ("change", _("What has no data stands still"), LOSS),
            ("change_if_alike", _("What has no data moves alike"), FAINT),
        )
    ]  # fmt: skip
    layout = {"yaxis": PERCENT, "xaxis": {"type": "category"}, "barmode": "group"}
    return chart(_("Today's weights in bad times"), _("percent of the value"), traces, layout, height=300) | {
        "wide": True
    }


def impact_chart(title: str, assets: Sequence[Row]) -> Chart:
    """What each asset adds to the change of the portfolio, the worst at the top."""
    shown = sorted((row for row in assets if row["contribution"]), key=lambda row: -row["contribution"])[-MOST:]
    values = [_rounded(row["contribution"]) for row in shown]
    trace = {
        "type": "bar", "orientation": "h", "y": [row["asset"] for row in shown], "x": values,
        "name": _("Contribution"), "marker": {"color": [CASH if row["contribution"] > 0 else LOSS for row in shown]},
    }  # fmt: skip
    layout = LYING | {"showlegend": False}
    return chart(title, _("% points of the portfolio"), [trace], layout, height=100 + 22 * len(shown)) | {"wide": True}


def frontier_chart(found: Row, marks: Sequence[tuple[str, float, float]]) -> Chart:
    """The efficient frontier, each asset alone, and ``marks``: name, volatility and expected return of a portfolio."""
    points, assets = found["points"], found["assets"]
    traces: list[Row] = [
        {"type": "scatter", "mode": "lines", "name": _("Efficient frontier"), "line": {"color": OWN, "width": 2},
         **_places(points)},
        {"type": "scatter", "mode": "markers", "name": _("Assets alone"), "marker": {"color": FAINT, "size": 7},
         "hovertext": [row["asset"] for row in assets], **_places(assets)},
        *({"type": "scatter", "mode": "markers", "name": name, "x": [_rounded(risk)], "y": [_rounded(earned)],
           "marker": {"color": OTHER, "size": 12, "symbol": "diamond"}} for name, risk, earned in marks),
    ]  # fmt: skip
    layout = {
        "xaxis": PERCENT | {"title": {"text": _("Volatility, % a year")}}, "hovermode": "closest",
        "yaxis": PERCENT | {"title": {"text": _("Expected return, % a year")}},
    }  # fmt: skip
    note = _("Estimated from the past; nobody knows expected returns.")
    return chart(_("Efficient frontier"), _("% a year"), traces, layout, note, height=380)


def _places(rows: Sequence[Row]) -> Row:
    return {
        "x": [_rounded(row["volatility"]) for row in rows], "y": [_rounded(row["expected_return"]) for row in rows],
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
