"""Settings chosen on one stretch of time, tested on the next: what is left of the objective out of sample."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from backtests.report import configuration
from backtests.report.axes import axis_labels
from backtests.report.figures import glossary, statistics_tables
from backtests.report.meaning import label, meanings, units
from backtests.report.page import Page, Section, rendered
from backtests.report.session_charts import OTHER, OWN, equity
from backtests.report.text import POINTS, figure, in_unit, is_known, percent, span, words
from market.pages.charts import Chart, chart
from market.pages.parts import NONE, Cell, Table, Tile

CHANGED = " ◆"
Walk = dict[str, Any]
Window = dict[str, Any]


@override("en")
def walk_forward_report(walk: Walk) -> str:
    """One self-contained HTML file of a walk-forward test: ``name``, ``objective``, ``windows`` (``train_start`` ...
    ``test_end``, ``chosen``, ``train`` and ``test`` statistics), ``series`` of the tests together, ``statistics``;
    where there are any, ``benchmark`` (``name``) and ``base``, the configuration.
    """
    return rendered(walk_forward_page(walk))


def walk_forward_page(walk: Walk) -> Page:
    """What the report shows."""
    objective = walk["objective"]
    sections = [
        Section("performance", _("Out of sample"), [_equity(walk)], _no_series(walk)),
        Section(
            "windows", _("Window by window"), [_objectives(walk), _chosen(walk), _outcomes(walk)], _no_windows(walk)
        ),
        Section("statistics", _("Statistics, out of sample"), statistics_tables(walk["statistics"], {}, "")),
        Section("configuration", _("Configuration"), [configuration.rules(walk.get("base", {}), _("Base"))]),
    ]
    return Page(
        kind=_("Walk-forward test"), title=walk["name"] or _("Walk-forward test"), facts=_facts(walk),
        tiles=_tiles(walk), sections=sections, glossary=glossary(list(dict.fromkeys([objective, *walk["statistics"]]))),
    )  # fmt: skip


def kept(walk: Walk) -> float | None:
    """Mean objective out of sample in percent of the mean in sample, over windows that have both; None unless it is
    above zero in sample in every window: a share of a mean of gains and losses tells nothing.
    """
    pairs = [_both(one, walk["objective"]) for one in walk["windows"]]
    known = [(train, test) for train, test in pairs if train is not None and test is not None]
    if not known or any(train is not None and train <= 0 for train, _ in pairs):
        return None
    return 100.0 * sum(test for _, test in known) / sum(train for train, _ in known)


def _both(window: Window, objective: str) -> tuple[float | None, float | None]:
    return window["train"].get(objective), window["test"].get(objective)


def _equity(walk: Walk) -> Chart | None:
    series = walk["series"]
    if not any(is_known(value) for value in series["value"]):
        return None
    benchmark = walk.get("benchmark") or {}
    found = equity(series, _("out of sample"), str(benchmark.get("name") or _("benchmark")), _("value"))
    starts = [one["test_start"] for one in walk["windows"]]
    found["layout"]["shapes"] = [
        {
            "type": "line", "x0": start, "x1": start, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": "#7f8c9b", "width": 1, "dash": "dot"},
        }
        for start in starts
    ]  # fmt: skip
    found["note"] = _("The tests of all windows one after the other; a dotted line where a window begins.")
    return found


def _objectives(walk: Walk) -> Chart | None:
    objective, windows = walk["objective"], walk["windows"]
    pairs = [_both(one, objective) for one in windows]
    if not any(value is not None for pair in pairs for value in pair):
        return None
    names = [one["test_start"] for one in windows]
    traces = [
        {
            "type": "bar", "x": names, "y": [pair[side] for pair in pairs], "name": name,
            "marker": {"color": colour, "pattern": {"shape": pattern}},
        }
        for side, (name, colour, pattern) in enumerate(((_("in sample"), OTHER, "/"), (_("out of sample"), OWN, "")))
    ]  # fmt: skip
    layout = {"barmode": "group", "xaxis": {"type": "category"}, "yaxis": {"title": {"text": label(objective)}}}
    note = _("In sample is chosen to be high; what counts is out of sample.")
    found = chart(
        (_("%(figure)s of each window") % {"figure": label(objective)}).capitalize(),
        _("by first session of the test"),
        traces,
        layout,
        note,
    )
    return found | {"wide": True, "first_column": _("test")}


def _chosen(walk: Walk) -> Table | None:
    """The settings of each window, marked where they are not those of the window before."""
    windows = walk["windows"]
    fields = list(dict.fromkeys(name for one in windows for name in one["chosen"]))
    if not fields:
        return None
    rows = []
    for place, one in enumerate(windows):
        before = windows[place - 1]["chosen"] if place else one["chosen"]
        changed = [one["chosen"].get(name) != before.get(name) for name in fields]
        rows.append([
            Cell(str(place + 1)), Cell(span(one["train_start"], one["train_end"])),
            Cell(span(one["test_start"], one["test_end"])),
            *(
                Cell(f"{words(one['chosen'].get(name))}{CHANGED if new else ''}", strong=new)
                for name, new in zip(fields, changed, strict=True)
            ),
        ])  # fmt: skip
    note = _("◆ and bold: not what the window before had. Settings that change often are not settled by the data.")
    labels = axis_labels(fields, walk.get("base") or {})
    head = [_("window"), _("chosen on"), _("tested on"), *(labels[name] for name in fields)]
    return Table(_("Chosen settings"), head, rows, note, words=(1, 2), wide=True, titles=dict(enumerate(fields, 3)))


def _outcomes(walk: Walk) -> Table | None:
    objective, windows = walk["objective"], walk["windows"]
    if not windows:
        return None
    shown = list(dict.fromkeys([objective, "total_return", "max_drawdown"]))
    head = [_("window"), _("tested on")]
    head += [f"{label(name)}, {side}" for name in shown for side in (_("in"), _("out"))]
    known = units()
    rows = [
        [
            Cell(str(place)), Cell(span(one["test_start"], one["test_end"])),
            *(
                Cell(in_unit(value, known.get(name, ""), ""), title=_(meanings().get(name, "")))
                for name in shown for value in _both(one, name)
            ),
        ]
        for place, one in enumerate(windows, 1)
    ]  # fmt: skip
    return Table(_("In sample against out of sample"), head, rows, words=(1,), wide=True)


def _tiles(walk: Walk) -> list[Tile]:
    objective, of = walk["objective"], walk["statistics"]
    share = kept(walk)
    won = [one["test"].get("total_return") for one in walk["windows"]]
    share_of = {"part": sum(value is not None and value > 0 for value in won), "whole": len(won)}
    told = _("mean out of sample by mean in sample")
    detail = told if share is not None else _("not above 0 in sample in every window")
    return [
        Tile(_("total return"), percent(of.get("total_return"), sign=True), _("out of sample"), strong=True),
        Tile(label(objective), in_unit(of.get(objective), units().get(objective, ""), ""), _("out of sample")),
        *_against(walk),
        Tile(_("%(figure)s kept") % {"figure": label(objective)}, percent(share, 0), detail),
        Tile(_("windows with a gain"), _("%(part)s of %(whole)s") % share_of if won else NONE, _("out of sample")),
    ]


def _against(walk: Walk) -> list[Tile]:
    """The benchmark over the same sessions, and what was earned beyond it."""
    if not walk.get("benchmark"):
        return []
    of, known = walk["statistics"], meanings()
    name = str(walk["benchmark"].get("name") or walk["benchmark"].get("ticker"))
    excess = figure(of.get("excess_return"), 2, sign=True, suffix=POINTS)
    return [
        Tile(_("benchmark"), percent(of.get("benchmark_return"), sign=True), name, title=_(known["benchmark_return"])),
        Tile(_("beyond the benchmark"), excess, _("out of sample"), title=_(known["excess_return"])),
    ]


def _facts(walk: Walk) -> list[tuple[str, str]]:
    windows = walk["windows"]
    tested = span(windows[0]["test_start"], windows[-1]["test_end"]) if windows else NONE
    return [
        (_("objective"), label(walk["objective"])), (_("windows"), figure(len(windows), 0)), (_("tested"), tested),
        (_("sessions"), figure(max(len(walk["series"]["dates"]) - 1, 0), 0)),
    ]  # fmt: skip


def _no_series(walk: Walk) -> list[str]:
    return [] if any(is_known(value) for value in walk["series"]["value"]) else [_("No test has a session.")]


def _no_windows(walk: Walk) -> list[str]:
    return [] if walk["windows"] else [_("There is no window.")]
