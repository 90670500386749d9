"""Loading reported figures."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np

from market.calc.parsing import booleans, codes, dates, numbers, texts
from market.calc.publication import at_year_end, available_estimated
from market.calc.report_checks import Reports, repeats, reports_check
from market.models import LoadRun
from market.models.fundamentals import FUNDAMENTAL_FIELDS
from market.services.loading import Load, LoadRequest, OnRejected, Progress, load_execute
from market.services.tickers import Tickers, tickers_read, tickers_resolve
from market.store.changes import change_note
from market.store.fundamentals_write import fundamentals_merge, fundamentals_stage, versions_stored

_PERIODS = dict.fromkeys(("Q", "Q1", "Q2", "Q3", "Q4"), "Q") | {
    "H1": "H1",
    "H2": "H2",
    "FY": "FY",
    "Y": "FY",
    "A": "FY",
}


def fundamentals_load(
    *,
    region: str,
    source: str,
    file: Path | None = None,
    symbols: tuple[str, ...] = (),
    create: bool = True,
    ticker: str = "",
    date: dt.date | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    on_rejected: OnRejected | None = None,
) -> LoadRun:
    """Load one file of reports; returns its finished LoadRun (see ``load_execute`` for failures).

    Every publication day is a version and is kept. Where the source gives no publication day it is estimated (period
    end + 45 days, at the fiscal year end + 90) and marked so. Raises ValueError for wrong arguments.
    """
    request = LoadRequest("fundamentals", region, source, file, ticker, date, dry_run, progress, on_rejected)
    return load_execute(request, lambda load: _reports_load(load, symbols, create))


def _reports_load(load: Load, symbols: tuple[str, ...], create: bool) -> None:
    with load.stage("check"):
        tickers = tickers_read(load, symbols=symbols)
        reports = _reports_read(load, tickers)
        reports_check(reports, load.findings, today=np.datetime64(load.region.today()))
    with load.stage("instruments"):
        ids = tickers_resolve(load, tickers, create=create)
    keep = load.findings.kept()
    if not keep.any():
        return
    load.run.first_date = reports.available_on[keep].min().item()
    load.run.last_date = reports.available_on[keep].max().item()
    with load.stage("merge"):
        new = keep if load.source.keeps_repeats else keep & ~_repeats(load, reports, ids, keep)
        fundamentals_stage(load.cursor, ids[new], reports.take(new), load.source.name)
        merged = fundamentals_merge(load.cursor)
    run = load.run
    run.rows_inserted, run.rows_updated = merged.inserted, merged.updated
    run.rows_unchanged = int(keep.sum()) - merged.inserted - merged.updated
    if merged.changed_from is not None:
        change_note(load.cursor, load.region.code, "fundamentals", merged.changed_from)


def _repeats(load: Load, reports: Reports, ids: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Rows that say nothing new, in this file or against what is stored."""
    stored = versions_stored(load.cursor, np.unique(ids[keep]).tolist(), load.source.name)
    return repeats(replace(reports, ticker=ids), np.flatnonzero(keep), stored)


def _reports_read(load: Load, tickers: Tickers) -> Reports:
    """Text to figures; the publication day estimated where the source gives none."""
    table, findings, rows = load.frame.table, load.findings, load.frame.table.num_rows
    ends, bad = dates(table.column("period_end"))
    load.refuse_unread(bad, "period_end", "bad_date")
    published = np.full(rows, np.datetime64("NaT", "D"))
    if "available_on" in table.column_names:
        published, bad = dates(table.column("available_on"))
        load.refuse_unread(bad, "available_on", "bad_date")
    period = _words(load, "period", _PERIODS)
    estimated = np.isnat(published)
    usable = ~np.isnat(ends) & ~findings.rejected
    late = np.zeros(rows, dtype=bool)
    late[usable] = at_year_end(tickers.index[usable], ends[usable], period[usable])
    figures = np.full((rows, len(FUNDAMENTAL_FIELDS)), np.nan)
    for i, name in enumerate(FUNDAMENTAL_FIELDS):
        if name in table.column_names:
            figures[:, i], bad = numbers(table.column(name))
            load.refuse_unread(bad, name, "bad_number")
    # Banks and lessors are tagged with other concepts; a revenue that is not above 0 is none.
    odd = figures[:, 0] <= 0
    findings.flag(odd & ~findings.rejected, "revenue_not_positive")
    figures[odd, 0] = np.nan
    return Reports(
        ticker=tickers.index,
        period_end=ends,
        period=period,
        available_on=np.where(estimated, available_estimated(ends, late), published),
        available_is_estimated=estimated,
        period_end_is_estimated=_marks(load, "period_end_is_estimated", default=False),
        consolidated=_marks(load, "consolidated", default=True),
        currency=_currencies(load),
        figures=figures,
    )


def _words(load: Load, column: str, known: dict[str, str]) -> np.ndarray:
    """A column of a few words, translated; '' where unknown."""
    index, words = codes(texts(load.frame.table.column(column)))
    return np.array([known.get(word.upper(), "") for word in words], dtype="<U3")[index]


def _marks(load: Load, column: str, *, default: bool) -> np.ndarray:
    """A yes/no column; the default where it is missing or empty."""
    table = load.frame.table
    if column not in table.column_names:
        return np.full(table.num_rows, default)
    values, bad = booleans(table.column(column))
    load.refuse_unread(bad, column, "bad_boolean")
    empty = np.array([word == "" for word in texts(table.column(column)).to_pylist()], dtype=bool)
    return np.where(empty, default, values)


def _currencies(load: Load) -> np.ndarray:
    table = load.frame.table
    if "currency" not in table.column_names:
        return np.full(table.num_rows, load.region.currency, dtype=object)
    words = [word.upper() or load.region.currency for word in texts(table.column("currency")).to_pylist()]
    return np.array(words, dtype=object)
