"""Loading daily bars."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from market.calc.adjustment import factors_given
from market.calc.bars import Bars, bars_check
from market.calc.parsing import dates, numbers
from market.calendars import sessions
from market.models import Instrument, LoadRun
from market.services.loading import Load, LoadRequest, OnRejected, Progress, load_execute
from market.services.tickers import Tickers, tickers_read, tickers_resolve
from market.sources.base import BASES, RAW, SPLIT
from market.store.adjustments_write import (
    factors_derive,
    mixed_bases,
    splits_infer,
    suspects_count,
    suspects_mark,
    with_actions,
)
from market.store.bars_write import bars_merge, bars_stage
from market.store.changes import change_lock, change_note

_NUMBERS = (
    "open", "high", "low", "close", "volume", "trading_value", "market_cap", "shares_outstanding", "adjustment_factor",
    "adj_close",
)  # fmt: skip


@dataclass(frozen=True)
class _Options:
    basis: str | None
    price_multiplier: float
    volume_multiplier: float
    asset_type: str
    symbols: tuple[str, ...]
    create: bool


def prices_load(
    *,
    region: str,
    source: str,
    file: Path | None = None,
    basis: str | None = None,
    price_multiplier: float = 1.0,
    volume_multiplier: float = 1.0,
    asset_type: str = "STOCK",
    symbols: tuple[str, ...] = (),
    create: bool = True,
    ticker: str = "",
    date: dt.date | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    on_rejected: OnRejected | None = None,
) -> LoadRun:
    """Load one file of bars; returns its finished LoadRun (see ``load_execute`` for failures).

    ``basis``: raw, split or total_return; None: what the source declares. Multipliers turn the file's units into
    currency units and shares; index points are never multiplied. ``symbols`` narrow the load. ``create`` False
    refuses tickers that are not instruments yet. Raises ValueError for wrong arguments.
    """
    if basis is not None and basis not in BASES:
        raise ValueError(f"unknown basis {basis!r}: use one of {', '.join(BASES)}")
    if asset_type not in Instrument.AssetType.values:
        raise ValueError(f"unknown asset type {asset_type!r}: use one of {', '.join(Instrument.AssetType.values)}")
    if not (price_multiplier > 0 and volume_multiplier > 0):
        raise ValueError("multipliers must be above 0")
    options = _Options(basis, price_multiplier, volume_multiplier, asset_type, symbols, create)
    request = LoadRequest("prices", region, source, file, ticker, date, dry_run, progress, on_rejected)
    return load_execute(request, lambda load: _bars_load(load, options))


def _bars_load(load: Load, options: _Options) -> None:
    basis = options.basis or load.frame.basis
    with load.stage("check"):
        tickers = tickers_read(load, asset_type=options.asset_type, symbols=options.symbols)
        bars = _bars_read(load, tickers, options, basis)
        today = np.datetime64(load.region.today())
        points = tickers.is_row_index()
        bars = bars_check(bars, load.findings, currency=load.region.currency, today=today, is_index=points)
    with load.stage("instruments"):
        ids = tickers_resolve(load, tickers, asset_type=options.asset_type, create=options.create)
        _sessions_check(load, bars)
    keep = load.findings.kept()
    if not keep.any():
        return
    kept = bars.take(keep)
    first, last = kept.date.min().item(), kept.date.max().item()
    load.run.first_date, load.run.last_date = first, last
    with load.stage("stage"):
        adjusted = (basis != RAW) & ~tickers.is_index[kept.ticker]
        bars_stage(load.cursor, ids[keep], kept, adjusted=adjusted)
    with load.stage("merge"):
        merged = bars_merge(load.cursor, columns=frozenset(load.frame.table.column_names))
    run = load.run
    run.rows_inserted, run.rows_updated, run.rows_unchanged = merged.inserted, merged.updated, merged.unchanged
    with load.stage("adjust"):
        touched = np.unique(ids[keep]).tolist()
        changed = _derive(load, touched, merged.changed_from)
        _warn_of_mixed(load, mixed_bases(load.cursor, touched))
        load.findings.note("jump", suspects_count(load.cursor, touched, first, last))
    if changed is not None:
        change_note(load.cursor, load.region.code, "bars", changed)


def _bars_read(load: Load, tickers: Tickers, options: _Options, basis: str) -> Bars:
    """Text to numbers, in currency units and shares."""
    table, findings = load.frame.table, load.findings
    values = {name: np.full(table.num_rows, np.nan) for name in _NUMBERS}
    date, unread = dates(table.column("date"))
    load.refuse_unread(unread, "date", "bad_date")
    for name in _NUMBERS:
        if name in table.column_names:
            values[name], unread = numbers(table.column(name))
            load.refuse_unread(unread, name, "bad_number")
    # Points of an index are not money, whatever unit the stocks beside it come in.
    points = tickers.is_row_index()
    price = np.where(points, 1.0, options.price_multiplier)
    volume = np.where(points, 1.0, options.volume_multiplier)
    factor = values.pop("adjustment_factor")
    adj_close = values.pop("adj_close")
    if basis == SPLIT and "adj_close" in table.column_names:
        findings.reject(
            adj_close <= 0, column="adj_close", reason="non_positive_price", message="adj_close is not above 0"
        )
        factor = np.where(np.isnan(factor), factors_given(values["close"], adj_close), factor)
    bars = Bars(ticker=tickers.index, date=date, factor=factor, no_trade=np.zeros(table.num_rows, dtype=bool), **values)
    scaled = {name: values[name] * price for name in ("open", "high", "low", "close")}
    return replace(bars, **scaled, volume=values["volume"] * volume)


def _sessions_check(load: Load, bars: Bars) -> None:
    """Flag bars on days the exchange was closed, within the years its calendar covers."""
    keep = load.findings.kept()
    if not keep.any():
        return
    first, last = bars.date[keep].min(), bars.date[keep].max()
    known = sessions(load.region.code, first.item(), last.item())
    if len(known):
        # A calendar of index bars (Vietnam) says nothing about the days after its last one.
        covered = keep & (bars.date >= known[0]) & (bars.date <= known[-1])
        load.findings.flag(covered & ~np.isin(bars.date, known), "not_a_session")


def _warn_of_mixed(load: Load, tickers: list[str]) -> None:
    """Say which instruments now have raw and adjusted bars side by side: their returns across the change are wrong."""
    load.findings.note("mixed_basis", len(tickers))
    if tickers:
        shown = ", ".join(tickers[:5]) + (", ..." if len(tickers) > 5 else "")
        load.run.message = f"raw and adjusted bars side by side, returns across the change are wrong: {shown}"


def _derive(load: Load, instrument_ids: list[int], changed: dt.date | None) -> dt.date | None:
    """Factors, inferred splits and suspect marks that follow from changed bars; the earliest date changed."""
    if changed is None:
        return None
    cursor = load.cursor
    made, ex_date = splits_infer(cursor, instrument_ids, changed, load.source.name)
    load.findings.note("inferred_action", made)
    if ex_date is not None:
        change_lock(cursor, load.region.code, "fundamentals")
        change_note(cursor, load.region.code, "fundamentals", ex_date)
    days = [changed]
    if acting := with_actions(cursor, instrument_ids):
        days.append(factors_derive(cursor, acting)[1] or changed)
    days.append(suspects_mark(cursor, instrument_ids, changed)[1] or changed)
    return min(days)
