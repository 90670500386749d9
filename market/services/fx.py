"""Loading exchange rates."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from market.calc.fx import Rates, rates_check
from market.calc.parsing import codes, dates, numbers, texts
from market.models import DataChange, LoadRun
from market.services.loading import Load, LoadRequest, OnRejected, Progress, load_execute
from market.store.changes import change_note
from market.store.fx_write import fx_merge, fx_stage


def fx_load(
    *,
    region: str,
    source: str,
    file: Path | None = None,
    symbols: tuple[str, ...] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
    on_rejected: OnRejected | None = None,
) -> LoadRun:
    """Load one file of exchange rates: units of the region's own currency for one unit of the row's currency.

    ``symbols`` narrow the load to these currencies. Returns the finished LoadRun (see ``load_execute`` for failures).
    Raises ValueError for wrong arguments.
    """
    request = LoadRequest("fx", region, source, file, "", None, dry_run, progress, on_rejected)
    return load_execute(request, lambda load: _rates_load(load, symbols))


def _rates_load(load: Load, symbols: tuple[str, ...]) -> None:
    with load.stage("check"):
        rates = _rates_read(load, symbols)
        today = np.datetime64(load.region.today())
        rates_check(rates, load.findings, own=load.region.currency, today=today)
    keep = load.findings.kept()
    if not keep.any():
        return
    days, run = rates.date[keep], load.run
    run.first_date, run.last_date = days.min().item(), days.max().item()
    with load.stage("stage"):
        fx_stage(load.cursor, rates, keep)
    with load.stage("merge"):
        merged = fx_merge(load.cursor, quote=load.region.currency, source=load.source.name)
    run.rows_inserted, run.rows_updated, run.rows_unchanged = merged.inserted, merged.updated, merged.unchanged
    if merged.changed_from is not None:
        change_note(load.cursor, load.region.code, DataChange.Kind.FX, merged.changed_from)


def _rates_read(load: Load, symbols: tuple[str, ...]) -> Rates:
    """Text to codes, dates and numbers; what cannot be read is refused, currencies nobody asked for are left out."""
    table = load.frame.table
    place, words = codes(pc.utf8_upper(texts(table.column("currency"))))
    if symbols:
        wanted = {word.strip().upper() for word in symbols}
        unwanted = np.array([word not in wanted for word in words], dtype=bool)[place]
        load.findings.drop(unwanted)
        load.findings.note("skipped_symbol", int(unwanted.sum()))
    date, unread = dates(table.column("date"))
    load.refuse_unread(unread, "date", "bad_date")
    rate, unread = numbers(table.column("rate"))
    load.refuse_unread(unread, "rate", "bad_number")
    return Rates(words, place, date, rate)
