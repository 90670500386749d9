"""The variants of a sweep as tables."""

from typing import Any

from backtests.report.meaning import LOWER, label, units
from backtests.report.text import in_unit, words
from market.pages.parts import Cell, Table

MAIN = (
    "total_return", "annualized_return", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "volatility", "max_drawdown",
    "excess_return", "win_rate", "profit_factor", "trades", "annual_turnover", "cost_drag",
)  # fmt: skip
MOST = 2000  # rows; a browser is slow with more
Sweep = dict[str, Any]
Variant = dict[str, Any]


def variants_table(sweep: Sweep, best: Variant | None, done: list[Variant]) -> Table | None:
    """The variants that came to an end, by number; of more than 2,000 those with the best objective. ``done``: those
    that have the objective.
    """
    rows = [one for one in sweep["variants"] if one["status"] == "COMPLETED"]
    if not rows:
        return None
    fields, objective = [axis["field"] for axis in sweep["axes"]], sweep["objective"]
    given = [name for name in MAIN if name != objective and any(name in one["statistics"] for one in rows)]
    figures = [objective, *given]
    head = ["variant", *(sweep["labels"][name] for name in fields), *(_head(name) for name in figures)]
    paths = dict(enumerate(fields, 1))
    shown = rows if len(rows) <= MOST else best_first(done, objective)[:MOST]
    body = [_variant(one, fields, figures, one is best) for one in shown]
    note = f"★ and bold: the best {label(objective)}. The buttons in the head sort."
    if len(rows) > MOST:
        note = f"The best {len(shown):,} of {len(rows):,} variants, all of which are stored. {note}"
    return Table("All variants", head, body, note, id="variants-table", tall=True, wide=True, titles=paths)


def best_first(done: list[Variant], objective: str) -> list[Variant]:
    """Variants that have the objective, equals by number."""
    return sorted(done, key=lambda one: one["statistics"][objective], reverse=objective not in LOWER)


def _head(name: str) -> str:
    unit = units().get(name, "")
    return f"{label(name)}, {unit}" if unit in ("currency", "days", "sessions") else label(name)


def _variant(one: Variant, fields: list[str], names: list[str], is_best: bool) -> list[Cell]:
    known = units()
    first = Cell(f"{one['number']}{' ★' if is_best else ''}", strong=is_best, value=one["number"])
    set_to = [Cell(words(one["overrides"].get(name)), value=_sortable(one["overrides"].get(name))) for name in fields]
    figures = [
        Cell(
            in_unit(one["statistics"].get(name), known.get(name, ""), ""), value=one["statistics"].get(name),
            strong=is_best and place == 0,
        )
        for place, name in enumerate(names)
    ]  # fmt: skip
    return [first, *set_to, *figures]


def _sortable(value: Any) -> float | str | None:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None


def settings_told(variant: Variant, labels: dict[str, str]) -> str:
    """What a variant sets, as a person reads it."""
    return ", ".join(f"{labels.get(name, name)} {words(value)}" for name, value in variant["overrides"].items())


def failures_table(sweep: Sweep) -> Table | None:
    """What each variant that failed was, and why; the first 2,000."""
    failed = [one for one in sweep["variants"] if one["status"] == "FAILED"]
    if not failed:
        return None
    rows = [
        [
            Cell(str(one["number"]), value=one["number"]),
            Cell(settings_told(one, sweep["labels"])),
            Cell(words(one["error"])),
        ]
        for one in failed[:MOST]
    ]
    note = f"The first {MOST:,} of {len(failed):,}." if len(failed) > MOST else ""
    head = ["variant", "settings", "error"]
    return Table("Failed variants", head, rows, note, words=(1, 2), tall=True, wide=True)
