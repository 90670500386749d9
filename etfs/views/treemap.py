"""The treemap of a composition: what it holds by weight, in the colours of sectors or of what changed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from etfs.calc.sectors import sector_name
from market.pages import formats
from market.pages.charts import Chart, chart

SHOWN = 150  # lines that have a field of their own
COLOURS = (
    "#3b82c4", "#2f9e77", "#b65fa5", "#e08a1e", "#5d6bc0", "#8a7f3d", "#c9524a", "#46878f", "#7c6f57", "#a0567a",
    "#5b8c3a", "#6b7280",
)  # fmt: skip
BORDER = "rgba(255,255,255,.6)"
CHANGES = [[0, "#b2453c"], [0.5, "#9aa3ad"], [1, "#2b6cb0"]]
_KINDS = {"CASH": "Cash", "BOND": "Bonds", "DERIVATIVE": "Derivatives", "ETF": "ETFs", "OTHER": "Other", "UNKNOWN": ""}
Row = dict[str, Any]


def treemap(lines: Sequence[Row], day: dt.date) -> Chart:
    """``lines`` of ``composition_get``. What is short or without weight cannot have a field: the note tells it."""
    sized = sorted((row for row in lines if row["weight"] and row["weight"] > 0), key=lambda row: -row["weight"])
    groups = _groups(sized)
    by = {gettext("Sector"): _sector_colours(groups), gettext("Change of weight"): _change_colours(sized, groups)}
    traces = {label: _trace(groups, marker) for label, marker in by.items()}
    found = chart(
        gettext("Holdings on %(day)s") % {"day": formats.day(day)}, gettext("percent of the fund"),
        [next(iter(traces.values()))],
        {"meta": {"parent": gettext("sector"), "value": gettext("weight, %")}, "margin": dict.fromkeys("lrtb", 4)},
        _told(lines, sized), height=520,
    )  # fmt: skip
    return found | {
        "wide": True, "controls": [{"label": gettext("Colour"), "options": list(traces)}],
        "states": {label: {"data": [trace]} for label, trace in traces.items()},
    }  # fmt: skip


def group_of(row: Row) -> str:
    """Sector of a stock; what no company is by its kind."""
    word = _KINDS.get(row["kind"], sector_name(row["sector"] or ""))
    return gettext(word) if word else gettext("Sector unknown")


def _groups(sized: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by group, the heaviest group first; those too small for a field of their own are one row at its end."""
    found: dict[str, list[Row]] = {}
    rest: dict[str, list[Row]] = {}
    for place, row in enumerate(sized):
        (found if place < SHOWN else rest).setdefault(group_of(row), []).append(row)
    for name, rows in rest.items():
        found.setdefault(name, []).append(_together(name, rows))
    return dict(sorted(found.items(), key=lambda pair: -sum(row["weight"] for row in pair[1])))


def _together(name: str, rows: Sequence[Row]) -> Row:
    changes = [row["weight_change"] for row in rows if row["weight_change"] is not None]
    told = gettext("%(count)s smaller") % {"count": len(rows)}
    return {
        "line_id": f"rest of {name}", "ticker": told, "name": "", "weight": sum(row["weight"] for row in rows),
        "weight_change": sum(changes) if changes else None,
    }  # fmt: skip


def _trace(groups: dict[str, list[Row]], marker: dict[str, Any]) -> Row:
    """A field for each group, its lines inside."""
    fields: list[tuple[str, str, str, float, str]] = []  # id, its parent's, label, percent, more about it
    for name, rows in groups.items():
        total = round(float(sum(row["weight"] for row in rows)), 6) + 1e-9  # never below the sum of its parts
        group = f"group {name}"
        fields.append((group, "", name, total, gettext("%(count)s fields") % {"count": len(rows)}))
        for row in rows:
            label = row["ticker"] or row["name"] or row["identifier"]
            fields.append((f"line {row['line_id']}", group, label, float(row["weight"]), _line_told(row)))
    ids, parents, labels, values, told = ([*column] for column in zip(*fields, strict=True)) if fields else [[]] * 5
    return {
        "type": "treemap", "ids": ids, "labels": labels, "parents": parents, "values": values, "text": told,
        "branchvalues": "total", "tiling": {"pad": 2}, "pathbar": {"visible": False}, "maxdepth": 3,
        "marker": marker | {"line": {"width": 1, "color": BORDER}, "pad": {"t": 20, "l": 2, "r": 2, "b": 2}},
        "texttemplate": "<b>%{label}</b><br>%{value:.2f}%",
        "hovertemplate": "<b>%{label}</b> %{value:.2f}%<br>%{text}<extra></extra>",
    }  # fmt: skip


def _line_told(row: Row) -> str:
    change = row["weight_change"]
    moved = "" if change is None else f" · {formats.number(change, 2, sign=True)}"
    return f"{row['name']}{moved}"


def _sector_colours(groups: dict[str, list[Row]]) -> dict[str, Any]:
    """A colour for each group and its lines."""
    colours: list[str] = []
    for place, rows in enumerate(groups.values()):
        colours += [COLOURS[place % len(COLOURS)]] * (1 + len(rows))
    return {"colors": colours}


def _change_colours(sized: Sequence[Row], groups: dict[str, list[Row]]) -> dict[str, Any]:
    """Red for what lost weight, blue for what gained; the strongest at the largest change."""
    changes = [abs(float(row["weight_change"])) for row in sized if row["weight_change"] is not None]
    most = max([*changes, 0.01])
    figures: list[float] = []
    for rows in groups.values():
        figures += [0.0, *(float(row["weight_change"] or 0) for row in rows)]
    return {
        "colors": figures, "colorscale": CHANGES, "cmin": -most, "cmax": most, "showscale": True,
        "colorbar": {"thickness": 10, "len": 0.9, "ticksuffix": " pp"},
    }  # fmt: skip


def _told(lines: Sequence[Row], sized: Sequence[Row]) -> str:
    absent = len(lines) - len(sized)
    if not absent:
        return ""
    return gettext("%(count)s lines that are short or have no weight are not drawn; the table below has them.") % {
        "count": absent
    }
