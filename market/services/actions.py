"""Loading corporate actions."""

from pathlib import Path

import numpy as np

from market.calc.parsing import dates, numbers, texts
from market.models import CorporateAction, LoadRun
from market.services.adjustments import adjustment_recompute
from market.services.loading import Load, LoadRequest, OnRejected, Progress, load_execute
from market.services.tickers import tickers_read, tickers_resolve
from market.store.actions_write import Action, actions_upsert
from market.store.changes import change_note

LARGEST_RATIO = 1e6  # and 1 / that the smallest: beyond is a slip, and products of such ratios leave double precision


def actions_load(
    *,
    region: str,
    source: str,
    file: Path | None = None,
    symbols: tuple[str, ...] = (),
    create: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    on_rejected: OnRejected | None = None,
) -> LoadRun:
    """Load one file of corporate actions and recompute the adjustment factors that follow from them.

    Returns the finished LoadRun (see ``load_execute`` for failures). Raises ValueError for wrong arguments.
    """
    request = LoadRequest("actions", region, source, file, "", None, dry_run, progress, on_rejected)
    return load_execute(request, lambda load: _actions_load(load, symbols, create))


def _actions_load(load: Load, symbols: tuple[str, ...], create: bool) -> None:
    with load.stage("check"):
        tickers = tickers_read(load, symbols=symbols)
        actions = _actions_read(load, tickers.index)
    with load.stage("instruments"):
        ids = tickers_resolve(load, tickers, create=create)
    kept = np.flatnonzero(load.findings.kept()).tolist()
    if not kept:
        return
    days = [actions[row].ex_date for row in kept]
    load.run.first_date, load.run.last_date = min(days), max(days)
    with load.stage("merge"):
        merged = actions_upsert(load.cursor, [(int(ids[row]), actions[row]) for row in kept], load.source.name)
    run = load.run
    run.rows_inserted, run.rows_updated, run.rows_unchanged = merged.inserted, merged.updated, merged.unchanged
    if merged.changed_from is not None:
        with load.stage("adjust"):
            change_note(load.cursor, load.region.code, "fundamentals", merged.changed_from)
            bars = adjustment_recompute(instrument_ids=np.unique(ids[kept]).tolist())
            load.findings.note("bars_readjusted", bars)


def _actions_read(load: Load, index: np.ndarray) -> list[Action]:
    table, findings = load.frame.table, load.findings
    days, bad = dates(table.column("ex_date"))
    findings.reject(
        bad | np.isnat(days), column="ex_date", reason="bad_date", message="ex_date is missing or not a date"
    )
    today = np.datetime64(load.region.today())
    message = f"ex_date is after today at the exchange ({today}): load it when it has come"
    findings.reject(days > today, column="ex_date", reason="future_date", message=message)
    kinds = np.array([word.upper() for word in texts(table.column("kind")).to_pylist()], dtype=object)
    unknown = ~np.isin(kinds, CorporateAction.Kind.values)
    message = f"kind is none of {', '.join(CorporateAction.Kind.values)}"
    findings.reject(unknown, column="kind", reason="bad_kind", message=message)
    values = {}
    for name in ("ratio", "amount"):
        values[name] = np.full(table.num_rows, np.nan)
        if name in table.column_names:
            values[name], bad = numbers(table.column(name))
            findings.reject(bad, column=name, reason="bad_number", message=f"{name} is not a number")
    ratio, cash = values["ratio"], kinds == "CASH_DIVIDEND"
    odd = ~cash & ((ratio > LARGEST_RATIO) | ((ratio > 0) & (ratio < 1 / LARGEST_RATIO)))
    message = f"ratio is not between {1 / LARGEST_RATIO:g} and {LARGEST_RATIO:g}"
    findings.reject(odd, column="ratio", reason="out_of_range", message=message)
    findings.reject(~cash & ~(ratio > 0), column="ratio", reason="bad_ratio", message="ratio must be above 0")
    findings.reject(
        cash & ~(values["amount"] >= 0), column="amount", reason="bad_amount", message="amount must be given"
    )
    _contradictions_check(load, index, days, kinds, values)
    return [
        Action(day, kind, None if np.isnan(one) else float(one), None if np.isnan(paid) else float(paid))
        for day, kind, one, paid in zip(
            days.tolist(), kinds, np.where(cash, np.nan, ratio), values["amount"], strict=True
        )
    ]


def _contradictions_check(
    load: Load, index: np.ndarray, days: np.ndarray, kinds: np.ndarray, values: dict[str, np.ndarray]
) -> None:
    """One action per instrument, day and kind: equal rows count once, different ones not at all."""
    groups: dict[tuple[int, str, str], list[int]] = {}
    for row in np.flatnonzero(load.findings.kept()).tolist():
        groups.setdefault((int(index[row]), str(days[row]), kinds[row]), []).append(row)
    doubled, differing = np.zeros(len(index), dtype=bool), np.zeros(len(index), dtype=bool)
    for rows in groups.values():
        if len(rows) > 1:
            same = len({(str(values["ratio"][row]), str(values["amount"][row])) for row in rows}) == 1
            (doubled if same else differing)[rows[1:] if same else rows] = True
    message = "several rows for this ticker, day and kind that differ"
    load.findings.reject(differing, column="ex_date", reason="conflicting_rows", message=message)
    load.findings.flag(doubled, "duplicate")
    load.findings.drop(doubled)
