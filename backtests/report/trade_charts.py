"""How closed trades are spread."""

from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from backtests.report.text import figure, span
from market.pages.charts import Chart, chart

GAIN, LOSS, PLAIN = "#3b82c4", "#c9524a", "#7f8c9b"
MOST_SALES = 3000
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "x", "star", "hexagon")
COLOURS = ("#3b82c4", "#e08a1e", "#2f9e77", "#b65fa5", "#8a7f3d", "#c9524a", "#5d6bc0", "#6b7280")


def profit_rates(distribution: dict[str, Any]) -> Chart | None:
    """Histogram of the profit rates; blue above zero, red below, the sign stands on the axis as well. The bar that zero
    is within is neither.
    """
    edges = distribution["edges"]
    colours = [LOSS if high <= 0 else GAIN if low >= 0 else PLAIN for low, high in pairwise(edges)]
    note = _("Net of the costs of both sides. Blue bars: gains, red: losses.")
    if PLAIN in colours:
        note = _("Net of the costs of both sides. Blue bars: gains, red: losses, grey: the one with 0 in it.")
    return _histogram(_("Profit of closed trades"), _("percent of what was paid"), distribution, colours, note)


def hold_days(distribution: dict[str, Any]) -> Chart | None:
    """Histogram of how long names were held."""
    colours = [GAIN] * len(distribution["counts"])
    return _histogram(_("How long they were held"), _("calendar days"), distribution, colours)


def _histogram(title: str, unit: str, distribution: dict[str, Any], colours: list[str], note: str = "") -> Chart | None:
    edges, counts = distribution["edges"], distribution["counts"]
    if not sum(counts):
        return None
    digits = 0 if all(edge == round(edge) for edge in edges) else 1
    pairs = list(pairwise(edges))
    trace = {
        "type": "bar", "x": [(low + high) / 2 for low, high in pairs], "y": counts, "name": _("trades"),
        "width": [high - low for low, high in pairs], "marker": {"color": colours, "line": {"width": 0.5}},
        "hovertext": [span(figure(low, digits), figure(high, digits)) for low, high in pairs],
        "hovertemplate": "%{hovertext}: %{y}<extra></extra>",
    }  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": unit}}, "yaxis": {"title": {"text": _("closed trades")}}, "showlegend": False,
        "hovermode": "closest",
    }  # fmt: skip
    return chart(title, unit, [trace], layout, note, height=300) | {"first_column": unit}


def sales(trades: list[dict[str, Any]]) -> Chart | None:
    """Every sale on its day by what it earned; symbol and colour say why it was made."""
    sold = [one for one in trades if one["side"] == "SELL" and one["profit_rate"] is not None][:MOST_SALES]
    if not sold:
        return None
    traces = []
    for place, reason in enumerate(sorted({one["reason"] for one in sold})):
        rows = [one for one in sold if one["reason"] == reason]
        traces.append({
            "type": "scatter", "mode": "markers", "name": _(reason), "x": [str(one["trade_date"]) for one in rows],
            "y": [one["profit_rate"] for one in rows],
            "hovertext": [f"{one['ticker']} {one['name']}" for one in rows],
            "hovertemplate": "%{hovertext}<br>%{x}, %{y:.2f} %<extra></extra>",
            "marker": {
                "color": COLOURS[place % len(COLOURS)], "symbol": SYMBOLS[place % len(SYMBOLS)], "size": 7,
                "opacity": 0.75,
            },
        })  # fmt: skip
    layout = {
        "yaxis": {"ticksuffix": " %", "title": {"text": _("profit, percent of what was paid")}}, "hovermode": "closest",
        "showlegend": True,
    }  # fmt: skip
    note = _("Each sale on its day.")
    if len(sold) >= MOST_SALES:
        note = _("The first %(most)s sales, each on its day.") % {"most": f"{MOST_SALES:,}"}
    return chart(_("Sales"), _("percent of what was paid"), traces, layout, note) | {"wide": True}
