"""Many variants of one backtest: where the objective is high, and how many tries that took."""

from statistics import median
from typing import Any

from django.utils.translation import override

from backtests.report import configuration
from backtests.report.axes import axis_labels
from backtests.report.figures import glossary
from backtests.report.meaning import best_of, label, units
from backtests.report.page import Page, Section, rendered
from backtests.report.sweep_charts import objective_chart, risk_and_return
from backtests.report.sweep_tables import MAIN, failures_table, variants_table
from backtests.report.text import counted, figure, in_unit, percent, words
from market.pages.parts import Tile

SURE = 0.95
Sweep = dict[str, Any]


@override("en")
def sweep_report(sweep: Sweep) -> str:
    """One self-contained HTML file of a sweep: ``id``, ``name``, ``objective``, ``axes`` (``field``, ``values``),
    ``variants`` (``number``, ``overrides``, ``status``, ``error``, ``statistics``), ``base``, ``deflated_sharpe``.
    """
    sweep = sweep | {"labels": axis_labels([axis["field"] for axis in sweep["axes"]], sweep["base"])}
    done = completed(sweep)
    best = best_variant(sweep)
    objective = sweep["objective"]
    notes = [] if done else ["No variant came to an end with an objective, so there is nothing to draw."]
    sections = [
        Section("objective", label(objective)[:1].upper() + label(objective)[1:], [
            objective_chart(sweep, done), risk_and_return(done, best, sweep),
        ], notes),
        Section("variants", "Variants", [variants_table(sweep, best, done), failures_table(sweep)]),
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


def _axes(sweep: Sweep) -> configuration.Pairs | None:
    pairs = [(sweep["labels"][axis["field"]], words(axis["values"]), axis["field"]) for axis in sweep["axes"]]
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
    statuses = [one["status"] for one in sweep["variants"]]
    failed, done = statuses.count("FAILED"), statuses.count("COMPLETED")
    if failed:
        told.append(f"{failed:,} of {len(statuses):,} variants failed; they have a table of their own.")
    if failed + done < len(statuses):
        told.append(f"{len(statuses) - failed - done:,} of {len(statuses):,} variants have not been carried out.")
    sure = sweep["deflated_sharpe"]
    if sure is not None and sure < SURE:
        told.append(
            f"The deflated Sharpe ratio of the best is {figure(sure, 3)}, below {SURE}: the best of so many tries can "
            "look as good by luck. Test it on sessions that no try has seen."
        )
    return told


def _facts(sweep: Sweep) -> list[tuple[str, str]]:
    axes = " × ".join(f"{sweep['labels'][axis['field']]} ({len(axis['values'])})" for axis in sweep["axes"])
    return [
        ("objective", label(sweep["objective"])), ("varied", axes or words(None)),
        ("variants", f"{len(sweep['variants']):,}"),
    ]  # fmt: skip


def _number(sweep: Sweep) -> str:
    return f" · #{sweep['id']}" if sweep["id"] else ""
