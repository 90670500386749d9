"""Charts of a look-through: exposure by sector, country and currency."""

from typing import Any

from django.utils.translation import gettext

from etfs.calc.exposure import UNKNOWN
from etfs.services import LookThroughView
from market.pages import formats
from market.pages.charts import Chart, chart

LONG, SHORT = "#2b6cb0", "#b2453c"
SHOWN = 15


def exposure_charts(found: LookThroughView) -> list[Chart]:
    """A chart for each label, the largest exposure above."""
    titles = {"sector": gettext("Sectors"), "country": gettext("Countries"), "currency": gettext("Currencies")}
    return [_bars(titles[label], label, rows) for label, rows in found.by.items() if rows]


def _bars(title: str, label: str, rows: list[dict[str, Any]]) -> Chart:
    largest = sorted(rows, key=lambda row: -abs(row["percent"]))[:SHOWN]
    largest.sort(key=lambda row: row["percent"])
    values = [round(row["percent"], 6) for row in largest]
    trace = {
        "type": "bar", "orientation": "h", "x": values, "y": [_word(row[label]) for row in largest],
        "name": gettext("percent"), "marker": {"color": [LONG if value >= 0 else SHORT for value in values]},
        "texttemplate": "%{x:.1f}%", "textposition": "auto", "hovertemplate": "%{y}: %{x:.2f}%<extra></extra>",
    }  # fmt: skip
    layout = {"yaxis": {"type": "category"}, "xaxis": {"ticksuffix": "%"}, "hovermode": "closest", "showlegend": False}
    left_out = len(rows) - len(largest)
    note = gettext("%(count)s smaller ones are not drawn.") % {"count": left_out} if left_out else ""
    return chart(title, gettext("percent of the whole"), [trace], layout, note, height=90 + 26 * len(largest))


def _word(label: str) -> str:
    return gettext("not said") if label in ("", UNKNOWN) else label


def uncovered_told(found: LookThroughView) -> list[str]:
    """Reasons why a share cannot be looked through, each with its percentage."""
    words = {
        "unresolved": gettext("lines that are none of the site's instruments"),
        "no_composition": gettext("funds without a composition"),
        "missing_weight": gettext("weight that the source does not say"),
        "cycle": gettext("funds that hold each other"),
        "depth_limit": gettext("funds inside funds, deeper than three levels"),
        "excess_weight": gettext("weight above 100"),
    }  # fmt: skip
    return [f"{words.get(reason, reason)} {formats.points(share)}" for reason, share in found.uncovered.items()]
