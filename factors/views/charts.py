"""Charts of the pages that tear sheets do not have."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from factors.calc.histogram import Histogram
from factors.models import FactorScore
from factors.services.alike import Alike
from market.pages.charts import Chart, chart, line
from market.pages.formats import any_size, number

BLUE, ORANGE = "#3b82c4", "#e08a1e"
HEAT = [[0, "#b2453c"], [0.5, "#f1efe9"], [1, "#2b6cb0"]]


def histogram_chart(title: str, unit: str, of: Histogram, colour: str = BLUE) -> Chart:
    """Bars of how many instruments lie where, the median as a line."""
    edges = of.edges
    labels = [f"{edges[i]:.4g} … {edges[i + 1]:.4g}" for i in range(len(of.counts))]
    middles = ((edges[:-1] + edges[1:]) / 2).tolist()
    trace = {
        "type": "bar", "x": middles, "y": of.counts.tolist(), "hovertext": labels, "hoverinfo": "text+y",
        "name": _("instruments"), "marker": {"color": colour}, "width": (edges[1:] - edges[:-1]).tolist(),
    }  # fmt: skip
    median = {
        "type": "line", "x0": of.quartiles[1], "x1": of.quartiles[1], "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": ORANGE, "width": 2, "dash": "dot"},
    }  # fmt: skip
    layout = {
        "xaxis": {"title": {"text": unit}}, "yaxis": {"title": {"text": _("instruments")}}, "shapes": [median],
        "showlegend": False, "bargap": 0, "hovermode": "closest",
    }  # fmt: skip
    figures = zip(("low", "median", "high"), of.quartiles, strict=True)
    told = {name: any_size(one) for name, one in (*figures, ("lowest", of.lowest), ("highest", of.highest))}
    note = _(
        "Median %(median)s (dotted), half of them from %(low)s to %(high)s, all from %(lowest)s to %(highest)s."
        " The outer bars hold the outer hundredths."
    )
    return chart(title, unit, [trace], layout, note % told, height=280)


def alike_chart(of: Alike) -> Chart:
    """A heat map; the factor it is about comes first."""
    trace = {
        "type": "heatmap", "x": of.names, "y": of.names, "z": of.matrix, "zmin": -1, "zmax": 1, "colorscale": HEAT,
        "name": _("correlation"), "texttemplate": "%{z:.2f}", "colorbar": {"thickness": 10, "len": 0.9},
        "xgap": 2, "ygap": 2,
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "category", "tickangle": -45}, "yaxis": {"type": "category", "autorange": "reversed"},
        "hovermode": "closest", "showlegend": False,
    }  # fmt: skip
    note = _("Pearson correlation over %(count)s instruments; the most correlated factors.")
    if of.every > 1:
        note = _("Pearson correlation over %(count)s instruments, one of every %(every)s; the most correlated factors.")
    told = note % {"count": number(of.instruments, 0), "every": of.every}
    return chart(_("Correlation with other factors"), _("-1 to 1, scores of the session"), [trace], layout, told,
                 height=140 + 30 * len(of.names)) | {"wide": True}  # fmt: skip


def history_charts(rows: Sequence[FactorScore], unit: str) -> list[Chart]:
    """Value and score of one instrument over time."""
    days = [str(one.date) for one in rows]
    value = line(days, [one.value for one in rows], _("value"), BLUE)
    score = line(days, [None if one.score is None else round(one.score, 4) for one in rows], _("score"), ORANGE)
    layout: dict[str, Any] = {"showlegend": False}
    return [
        chart(pgettext("of a factor", "Value"), unit, [value], layout, height=240),
        chart(_("Score"), _("standard deviations, more is better"), [score], layout, height=240),
    ]


def coverage_chart(counted: Sequence[tuple[dt.date, int]]) -> Chart:
    """Names with a composite, by session."""
    days, counts = [str(day) for day, _count in counted], [count for _day, count in counted]
    trace = {"type": "bar", "x": days, "y": counts, "name": _("names"), "marker": {"color": BLUE}}
    layout = {"yaxis": {"title": {"text": _("names")}, "rangemode": "tozero"}, "showlegend": False}
    title, note = _("Names with a composite"), _("The last three months of sessions that were combined.")
    return chart(title, _("instruments a session"), [trace], layout, note, height=240) | {"wide": True}
