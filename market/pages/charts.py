"""A Plotly figure of a report as plain data, with what stands around it on the page."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

Chart = dict[str, Any]
DRAWN = ("data", "layout", "first_column", "states")


def line(days: Sequence[str], values: Sequence[float | None], name: str, colour: str) -> dict[str, Any]:
    """A trace over time; it has a gap where a value is None."""
    return {
        "type": "scatter", "mode": "lines", "x": list(days), "y": list(values), "name": name,
        "line": {"color": colour, "width": 1.8}, "connectgaps": False,
    }  # fmt: skip


def chart(
    title: str, unit: str, traces: list[dict[str, Any]], layout: dict[str, Any], note: str = "", *, height: int = 340
) -> Chart:
    """A card of the page. May have ``wide``, ``controls`` and ``states`` besides: ``static/quantsite/charts.js``."""
    over_time = bool(traces and traces[0].get("x") and _is_day(traces[0]["x"][0]))
    if over_time and all(len(trace.get("x", ())) < 2 for trace in traces):  # else the axis would count milliseconds
        layout = layout | {"xaxis": layout.get("xaxis", {}) | {"type": "category"}}
    return {
        "title": title, "unit": unit, "note": note, "height": height, "data": traces, "layout": layout,
        "first_column": gettext("session") if over_time else "",
    }  # fmt: skip


def numbered(charts: Sequence[Chart]) -> dict[str, Chart]:
    """Gives each chart the id of its place on the page; what is drawn, by that id."""
    for number, one in enumerate(charts):
        one["id"] = f"chart-{number}"
    return {one["id"]: {key: one[key] for key in DRAWN if key in one} for one in charts}


def _is_day(text: Any) -> bool:
    try:
        dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        return False
    return True
