"""Many variants of one backtest: where the objective is high, and how many tries that took."""

from statistics import median
from typing import Any

from backtests.report import configuration
from backtests.report.figures import glossary
from backtests.report.meaning import best_of, label, meanings, units
from backtests.report.page import Page, Section, rendered
from backtests.report.sweep_charts import objective_chart, risk_and_return
from backtests.report.text import counted, figure, in_unit, percent, spaced, words
from factors.tearsheet.parts import Cell, Table, Tile

MAIN = (
    "total_return", "annualized_return", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "volatility", "max_drawdown",
    "excess_return", "win_rate", "profit_factor", "trades", "annual_turnover", "cost_drag",
)  # fmt: skip
SURE = 0.95
Sweep = dict[str, Any]


def sweep_report(sweep: Sweep) -> str:
    """One self-contained HTML file of a sweep: ``id``, ``name``, ``objective``, ``axes`` (``field``, ``values``),
    ``variants`` (``number``, ``overrides``, ``status``, ``error``, ``statistics``), ``base``, ``deflated_sharpe``.
    """
    done = completed(sweep)
    best = best_variant(sweep)
    objective = sweep["objective"]
    notes = [] if done else ["No variant came to an end with an objective, so there is nothing to draw."]
    sections = [
        Section("objective", label(objective)[:1].upper() + label(objective)[1:], [
            objective_chart(sweep, done), risk_and_return(done, best, objective),
        ], notes),
        Section("variants", "Variants", [_table(sweep, best), _failures(sweep)]),
        Section("configuration", "Configuration", [_axes(sweep), configuration.rules(sweep["base"], "Base")]),
    ]  # fmt: skip
    return rendered(Page(
        kind=f"Parameter sweep{_number(sweep)}", title=sweep["name"] or "Sweep", facts=_facts(sweep),
        alerts=_alerts(sweep), tiles=_tiles(sweep, best), sections=sections,
        glossary=glossary(list(dict.fromkeys([objective, *MAIN]))),
    ))  # fmt: skip


def completed(sweep: Sweep) -> list[dict[str, Any]]:
    """The variants that have the objective."""
    return [
        one for one in sweep["variants"]
        if one["status"] == "COMPLETED" and one["statistics"].get(sweep["objective"]) is not None
    ]  # fmt: skip


def best_variant(sweep: Sweep) -> dict[str, Any] | None:
    """The first with the best objective."""
    done, objective = completed(sweep), sweep["objective"]
    best = best_of(objective, [one["statistics"][objective] for one in done]) if done else None
    return next((one for one in done if one["statistics"][objective] == best), None)


def _table(sweep: Sweep, best: dict[str, Any] | None) -> Table | None:
    fields, objective = [axis["field"] for axis in sweep["axes"]], sweep["objective"]
    rows = [one for one in sweep["variants"] if one["status"] == "COMPLETED"]
    if not rows:
        return None
    shown = [
        objective,
        *(name for name in MAIN if name != objective and any(name in one["statistics"] for one in rows)),
    ]
    head = ["variant", *(spaced(name) for name in fields), *(_head(name) for name in shown)]
    body = [_variant(one, fields, shown, one is best) for one in rows]
    note = f"★ and bold: the best {label(objective)}. The buttons in the head sort."
    return Table("All variants", head, body, note, id="variants-table", tall=True, wide=True)


def _head(name: str) -> str:
    unit = units().get(name, "")
    return f"{label(name)}, {unit}" if unit in ("currency", "days", "sessions") else label(name)


def _variant(one: dict[str, Any], fields: list[str], shown: list[str], is_best: bool) -> list[Cell]:
    known = units()
    first = Cell(f"{one['number']}{' ★' if is_best else ''}", strong=is_best, value=one["number"])
    set_to = [Cell(words(one["overrides"].get(name)), value=_sortable(one["overrides"].get(name))) for name in fields]
    figures = [
        Cell(
            in_unit(one["statistics"].get(name), known.get(name, ""), ""), value=one["statistics"].get(name),
            strong=is_best and place == 0, title=meanings().get(name, ""),
        )
        for place, name in enumerate(shown)
    ]  # fmt: skip
    return [first, *set_to, *figures]


def _sortable(value: Any) -> float | str | None:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None


def _failures(sweep: Sweep) -> Table | None:
    rows = [
        [
            Cell(str(one["number"]), value=one["number"]), Cell(spaced(one["status"].lower())),
            Cell(words(one["overrides"])), Cell(words(one["error"])),
        ]
        for one in sweep["variants"] if one["status"] != "COMPLETED"
    ]  # fmt: skip
    if not rows:
        return None
    return Table(
        "Failed variants", ["variant", "status", "overrides", "error"], rows, words=(1, 2, 3), tall=True, wide=True
    )


def _axes(sweep: Sweep) -> configuration.Pairs | None:
    pairs = [(spaced(axis["field"]), words(axis["values"])) for axis in sweep["axes"]]
    return configuration.Pairs("What was varied", pairs) if pairs else None


def _tiles(sweep: Sweep, best: dict[str, Any] | None) -> list[Tile]:
    if best is None:
        return []
    objective, of = sweep["objective"], best["statistics"]
    figures = [one["statistics"][objective] for one in completed(sweep)]
    unit = units().get(objective, "")
    return [
        Tile(f"best {label(objective)}", in_unit(of[objective], unit, ""), f"variant {best['number']}", strong=True),
        Tile(f"median {label(objective)}", in_unit(median(figures), unit, ""), _of(figures)),
        Tile("total return of the best", percent(of.get("total_return"), sign=True),
             f"max drawdown {percent(of.get('max_drawdown'))}"),
        Tile("deflated Sharpe ratio", figure(sweep["deflated_sharpe"], 3), _luck(sweep),
             title="Probability that the best has a true Sharpe ratio above what so many tries would show by luck."),
    ]  # fmt: skip


def _of(figures: list[float]) -> str:
    return f"of {counted(len(figures), 'variant')}"


def _luck(sweep: Sweep) -> str:
    sure = sweep["deflated_sharpe"]
    if sure is None:
        return "not known"
    tries = counted(len(sweep["variants"]), "try").replace("trys", "tries")
    return f"better than the luck of {tries}" if sure >= SURE else f"may be the luck of {tries}"


def _alerts(sweep: Sweep) -> list[str]:
    told = []
    failed = sum(one["status"] != "COMPLETED" for one in sweep["variants"])
    if failed:
        told.append(
            f"{failed:,} of {len(sweep['variants']):,} variants did not complete; they have a table of their own."
        )
    sure = sweep["deflated_sharpe"]
    if sure is not None and sure < SURE:
        told.append(
            f"The deflated Sharpe ratio of the best is {figure(sure, 3)}, below {SURE}: the best of so many tries can "
            "look as good by luck. Test it on sessions that no try has seen."
        )
    return told


def _facts(sweep: Sweep) -> list[tuple[str, str]]:
    axes = " × ".join(f"{spaced(axis['field'])} ({len(axis['values'])})" for axis in sweep["axes"])
    return [
        ("objective", label(sweep["objective"])), ("varied", axes or words(None)),
        ("variants", f"{len(sweep['variants']):,}"),
    ]  # fmt: skip


def _number(sweep: Sweep) -> str:
    return f" · #{sweep['id']}" if sweep["id"] else ""
