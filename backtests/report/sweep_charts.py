"""The objective over the axes of a sweep, and return against drawdown."""

from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backtests.report.meaning import LOWER, best_of, label
from backtests.report.session_charts import OWN, PERCENT_AXIS
from backtests.report.sweep_tables import MOST, best_first, settings_told
from backtests.report.text import words
from market.pages.charts import Chart, chart

SCALE = [[0, "#b2453c"], [0.5, "#f1efe9"], [1, "#2b6cb0"]]
BEST, MEAN = gettext_noop("best"), gettext_noop("mean")
EMPTY_CELLS = gettext_noop("Empty where no variant came to an end.")
BEST_COLOUR = "#e08a1e"
Axis = dict[str, Any]
Variants = list[dict[str, Any]]


def objective_chart(sweep: dict[str, Any], done: Variants) -> Chart | None:
    """A heat map over two axes, chosen where there are more; a line over one; None without an axis or a figure."""
    axes = sweep["axes"]
    if not axes or not done:
        return None
    return _line(sweep, done) if len(axes) == 1 else _heat_map(sweep, done)


def map_chart(sweep: dict[str, Any], done: Variants, across: str, down: str, how: str) -> Chart | None:
    """The heat map over two axes (fields) alone, ``how`` the best or the mean over the others; a line over one axis;
    None without an axis or a figure.
    """
    axes = {axis["field"]: axis for axis in _labelled(sweep)}
    if not axes or not done:
        return None
    if len(axes) == 1:
        return _line(sweep, done)
    drawn = _drawn(done, axes[across], axes[down], sweep["objective"], how)
    found = chart(
        label(sweep["objective"]), _pair(axes[across], axes[down]), drawn["data"], drawn["layout"], _(EMPTY_CELLS),
        height=_map_height([axes[across], axes[down]]),
    )  # fmt: skip
    return found | {"wide": True}


def _map_height(axes: list[Axis]) -> int:
    return min(120 + max(180, 44 * max(len(axis["values"]) for axis in axes)), 640)


def cells(done: Variants, across: Axis, down: Axis, objective: str, how: str) -> list[list[float | None]]:
    """The objective by the values of ``down`` (rows) and ``across``: the best or the mean over all other axes; None
    where no variant came to an end.
    """
    at: dict[tuple[str, str], list[float]] = {}
    for one in done:
        place = (words(one["overrides"].get(down["field"])), words(one["overrides"].get(across["field"])))
        at.setdefault(place, []).append(one["statistics"][objective])
    return [
        [_one(at.get((words(row), words(column)), []), objective, how) for column in across["values"]]
        for row in down["values"]
    ]


def _one(figures: list[float], objective: str, how: str) -> float | None:
    if not figures:
        return None
    return round(best_of(objective, figures) if how == BEST else sum(figures) / len(figures), 6)


def _heat_map(sweep: dict[str, Any], done: Variants) -> Chart:
    axes, objective = _labelled(sweep), sweep["objective"]
    pairs = list(combinations(axes, 2))
    several = len(pairs) > 1
    drawn = {
        (_pair(across, down), how): _drawn(done, across, down, objective, how)
        for across, down in pairs for how in (BEST, MEAN)
    }  # fmt: skip
    across, down = pairs[0]
    first = drawn[_pair(across, down), BEST]
    note = _("Each cell is the best or the mean over the other axes.") if several else _(EMPTY_CELLS)
    unit = "" if several else _pair(across, down)
    found = chart(label(objective), unit, first["data"], first["layout"], note, height=_map_height(axes)) | {
        "wide": True
    }
    if several:
        options = [_pair(across, down) for across, down in pairs]
        found["controls"] = [
            {"label": _("Axes"), "options": options, "select": True},
            {"label": _("Over the other axes"), "options": [BEST, MEAN]},
        ]  # fmt: skip
        found["states"] = {f"{pair}|{how}": state for (pair, how), state in drawn.items()}
    return found


def _pair(across: Axis, down: Axis) -> str:
    return " × ".join(" ".join(axis["label"].split()) for axis in (across, down))


def _labelled(sweep: dict[str, Any]) -> list[Axis]:
    return [axis | {"label": sweep["labels"][axis["field"]]} for axis in sweep["axes"]]


def _drawn(done: Variants, across: Axis, down: Axis, objective: str, how: str) -> dict[str, Any]:
    """Traces and layout of one heat map. Blue is better, and zero is pale where there are both signs."""
    figures = cells(done, across, down, objective, how)
    known = [value for row in figures for value in row if value is not None]
    signs = bool(known) and min(known) < 0 < max(known)
    trace = {
        "type": "heatmap", "x": _ticks(across), "y": _ticks(down), "z": figures, "name": label(objective),
        "colorscale": SCALE, "reversescale": objective in LOWER, "texttemplate": "%{z:.2f}", "xgap": 2, "ygap": 2,
        "colorbar": {"thickness": 10, "len": 0.9}, "hoverongaps": False, **({"zmid": 0} if signs else {}),
        "hovertemplate": "%{x}, %{y}: %{z:.3f}<extra></extra>",
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "category", "title": {"text": across["label"]}, "showgrid": False},
        "yaxis": {"type": "category", "title": {"text": down["label"]}, "showgrid": False},
        "hovermode": "closest",
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def _line(sweep: dict[str, Any], done: Variants) -> Chart:
    (axis,), objective = _labelled(sweep), sweep["objective"]
    at: dict[str, list[float]] = {}
    for one in done:
        at.setdefault(words(one["overrides"].get(axis["field"])), []).append(one["statistics"][objective])
    trace = {
        "type": "scatter", "mode": "lines+markers", "x": _ticks(axis), "name": label(objective),
        "y": [_one(at.get(words(value), []), objective, BEST) for value in axis["values"]],
        "line": {"color": OWN, "width": 2}, "marker": {"size": 9},
    }  # fmt: skip
    layout = {
        "xaxis": {"type": "category", "title": {"text": axis["label"]}},
        "yaxis": {"title": {"text": label(objective)}}, "showlegend": False,
    }  # fmt: skip
    found = chart(label(objective), _("by %(axis)s") % {"axis": axis["label"]}, [trace], layout) | {"wide": True}
    return found | {"first_column": axis["label"]}


def _ticks(axis: Axis) -> list[str]:
    return [words(value) for value in axis["values"]]


def risk_and_return(done: Variants, best: dict[str, Any] | None, sweep: dict[str, Any]) -> Chart | None:
    """Total return against the deepest fall, a point per variant."""
    objective, labels = sweep["objective"], sweep["labels"]
    known = [one for one in done if None not in (_of(one, "total_return"), _of(one, "max_drawdown"))]
    if not known:
        return None
    known = best_first(known, objective)[:MOST]
    others = [one for one in known if one is not best]
    marker = {
        "size": 9, "color": [one["statistics"][objective] for one in others], "colorscale": SCALE, "showscale": True,
        "colorbar": {"thickness": 10, "title": {"text": label(objective), "side": "right"}}, "opacity": 0.9,
        "reversescale": objective in LOWER, "line": {"width": 0.7, "color": "#5b6776"},
    }  # fmt: skip
    traces = [_points(others, _("variant"), marker, labels)] if others else []
    if best in known and best is not None:
        star = {"size": 16, "symbol": "star", "color": BEST_COLOUR, "line": {"width": 1, "color": "#5b6776"}}
        traces.append(_points([best], _("best %s") % label(objective), star, labels))
    layout = {
        "xaxis": PERCENT_AXIS | {"title": {"text": _("max drawdown")}, "rangemode": "tozero"},
        "yaxis": PERCENT_AXIS | {"title": {"text": _("total return")}}, "hovermode": "closest", "showlegend": True,
    }  # fmt: skip
    note = _("A point per variant, at most the best %(most)s: up and left is better.") % {"most": f"{MOST:,}"}
    return chart(_("Return against drawdown"), "%", traces, layout, note, height=420) | {"wide": True}


def _of(one: dict[str, Any], name: str) -> float | None:
    return one["statistics"].get(name)


def _points(rows: Variants, name: str, marker: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": [_of(one, "max_drawdown") for one in rows],
        "y": [_of(one, "total_return") for one in rows], "marker": marker,
        "hovertext": [f"{one['number']}: {settings_told(one, labels)}" for one in rows],
        "hovertemplate": f"%{{hovertext}}<br>{_('return')} %{{y:.2f}} %, {_('drawdown')} %{{x:.2f}} %<extra></extra>",
    }  # fmt: skip
