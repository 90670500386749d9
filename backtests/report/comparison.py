"""Several backtests side by side."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from backtests.report.configuration import differences
from backtests.report.figures import glossary
from backtests.report.meaning import better, grouped, label, meanings, units
from backtests.report.page import Page, Section, rendered
from backtests.report.session_charts import LINEAR, LOG, PERCENT_AXIS, dashes
from backtests.report.text import in_unit, span
from backtests.report.trade_charts import COLOURS
from market.pages.charts import Chart, chart, line
from market.pages.parts import NONE, Cell, Table

BEST = " ★"
BENCHMARK = "#7f8c9b"
Result = dict[str, Any]


@override("en")
def comparison_report(results: list[Result]) -> str:
    """One self-contained HTML file of several results of backtests; errors as ``comparison_page``.

    Percentages are percent, None is a dash. Values are rebased to 100, each from its own first session.
    """
    return rendered(comparison_page(results))


def comparison_page(results: list[Result]) -> Page:
    """What the report shows; ValueError without a result."""
    if not results:
        raise ValueError("there is no result to compare")
    names = labels(results)
    figures = list(dict.fromkeys(name for one in results for name in one["statistics"]))
    sections = [
        Section("performance", _("Performance"), [_equity(results, names), _drawdowns(results, names)]),
        Section("statistics", _("Statistics"), _statistics(results, names, figures)),
        Section("differences", _("What differs"), [_differences(results, names)], _same(results)),
    ]
    return Page(
        kind=_("Comparison"), title=_title(len(results)), facts=_facts(results, names),
        alerts=_alerts(results, names), sections=sections, glossary=glossary(figures),
    )  # fmt: skip


def _title(count: int) -> str:
    return ngettext("%(count)s backtest side by side", "%(count)s backtests side by side", count) % {"count": count}


def labels(results: list[Result]) -> list[str]:
    """A name for each, told apart by its number, else its place, where two have the same."""
    often = Counter(one["name"] for one in results)
    return [
        one["name"] if often[one["name"]] == 1 else one["name"] + (f" #{one['id']}" if one["id"] else f" ({place})")
        for place, one in enumerate(results, 1)
    ]


def rebased(values: Sequence[float | None]) -> list[float | None]:
    """100 x value / first known value."""
    first = next((value for value in values if value), None)
    return [None if value is None or first is None else round(100.0 * value / first, 6) for value in values]


def _equity(results: list[Result], names: list[str]) -> Chart | None:
    traces = [
        _drawn(one["series"]["dates"], rebased(one["series"]["value"]), name, place)
        for place, (one, name) in enumerate(zip(results, names, strict=True)) if one["series"]["dates"]
    ]  # fmt: skip
    shown: dict[str, Result] = {}
    for one in results:
        if one["benchmark"] and one["series"]["benchmark"]:
            shown.setdefault(one["benchmark"]["ticker"], one)
    traces += [
        line(one["series"]["dates"], rebased(one["series"]["benchmark"]), ticker, BENCHMARK)
        | {"line": {"color": BENCHMARK, "width": 1.4, "dash": "longdashdot"}}
        for ticker, one in shown.items()
    ]
    layout = {"yaxis": {"hoverformat": ".2f"}}
    note = _("Each starts with 100 on the session before its first; benchmarks in grey.")
    scale = {"controls": [{"label": _("Scale"), "options": [LINEAR, LOG]}], "states": {
        LINEAR: {}, LOG: {"layout": {"yaxis": {"type": "log", "dtick": "D2"}}},
    }}  # fmt: skip
    found = chart(_("Value"), _("first value = 100"), traces, layout, note, height=400) | {"wide": True}
    positive = all(value is None or value > 0 for trace in traces for value in trace["y"])
    return None if not traces else found | scale if positive else found


def _drawdowns(results: list[Result], names: list[str]) -> Chart | None:
    traces = [
        _drawn(one["series"]["dates"], one["series"]["drawdown"], name, place)
        for place, (one, name) in enumerate(zip(results, names, strict=True)) if one["series"]["dates"]
    ]  # fmt: skip
    layout = {"yaxis": PERCENT_AXIS | {"hoverformat": ".2f"}}
    found = chart(_("Drawdown"), _("% below the highest so far"), traces, layout, height=300) | {"wide": True}
    return found if traces else None


def _drawn(days: list[str], values: Sequence[float | None], name: str, place: int) -> dict[str, Any]:
    colour = COLOURS[place % len(COLOURS)]
    return line(days, values, name, colour) | {"line": {"color": colour, "width": 1.8, "dash": dashes(place)}}


def _statistics(results: list[Result], names: list[str], figures: list[str]) -> list[Table]:
    note = _("★ and bold: the best of the row, where one way is better.")
    return [
        Table(
            _(group),
            [_("figure"), *names, _("unit")],
            [_row(results, name) for name in members],
            note,
            words=(len(names) + 1,),
            wide=True,
        )
        for group, members in grouped(figures).items()
    ]


def _row(results: list[Result], name: str) -> list[Cell]:
    figures = [one["statistics"].get(name) for one in results]
    unit = next((one["units"][name] for one in results if name in one["units"]), units().get(name, ""))
    currencies = {one["currency"] for one in results}
    best = None if unit == "currency" and len(currencies) > 1 else better(name, figures)
    cells = []
    for one, value in zip(results, figures, strict=True):
        text = in_unit(value, unit, one["currency"], bare=True)
        wins = best is not None and value == best
        cells.append(Cell(f"{text}{BEST}" if wins else text, strong=wins, value=value))
    shown = "/".join(sorted(currencies)) if unit == "currency" else _(unit)
    return [Cell(label(name), title=_(meanings().get(name, ""))), *cells, Cell(shown or NONE)]


def _differences(results: list[Result], names: list[str]) -> Table | None:
    rows = [[Cell(name), *(Cell(text) for text in texts)] for name, texts in differences(results)]
    if not rows:
        return None
    columns = tuple(range(1, len(names) + 1))
    return Table(_("Settings that are not the same"), [_("setting"), *names], rows, words=columns, wide=True)


def _same(results: list[Result]) -> list[str]:
    if differences(results):
        return []
    return [_("There is one session alone.") if len(results) == 1 else _("All settings are the same.")]


def _facts(results: list[Result], names: list[str]) -> list[tuple[str, str]]:
    starts, ends = [one["start"] for one in results], [one["end"] for one in results]
    regions = ", ".join(dict.fromkeys(one["region"] for one in results))
    return [
        (_("backtests"), " · ".join(names)), (_("periods"), span(min(starts), max(ends))), (_("regions"), regions),
    ]  # fmt: skip


def _alerts(results: list[Result], names: list[str]) -> list[str]:
    told = []
    if len({(one["start"], one["end"]) for one in results}) > 1:
        told.append(_("The periods differ: figures of different periods are not comparable without care."))
    if len({one["currency"] for one in results}) > 1:
        told.append(_("The currencies differ: returns are each in their own."))
    unfinished = [name for one, name in zip(results, names, strict=True) if one["status"] != "COMPLETED"]
    if unfinished:
        told.append(_("Not completed: %(names)s.") % {"names": ", ".join(unfinished)})
    serious = [
        name
        for one, name in zip(results, names, strict=True)
        if any(found["severity"] == "SERIOUS" for found in one["findings"])
    ]
    if serious:
        told.append(
            _("With serious findings, which their own reports tell: %(names)s.") % {"names": ", ".join(serious)}
        )
    return told
