"""Bars into the database: binary COPY to a staging table, then what changed and only that."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper

from market.calc.bars import Bars
from market.store.copying import Column, copy_rows

STAGING = "staging_pricebar"
_TRADED = ("open", "high", "low", "volume")
_OPTIONAL = (*_TRADED, "trading_value", "market_cap", "shares_outstanding")


@dataclass(frozen=True)
class Merged:
    """Counts of a merge and the earliest date it changed (None: nothing)."""

    inserted: int
    updated: int
    unchanged: int
    changed_from: dt.date | None


def bars_stage(cursor: CursorWrapper, instrument_ids: np.ndarray, bars: Bars, *, adjusted: bool | np.ndarray) -> None:
    """Copy ``bars`` to a temporary table that lives until the transaction ends."""
    cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
    cursor.execute(
        f"CREATE TEMP TABLE {STAGING} ON COMMIT DROP AS SELECT instrument_id, date, open, high, low, close, volume,"
        " trading_value, market_cap, shares_outstanding, adjustment_factor, close_is_adjusted, no_trade"
        " FROM market_pricebar WITH NO DATA"
    )
    flags = np.broadcast_to(np.asarray(adjusted, dtype=bool), len(bars))
    # Ordered as the primary key is, so that the target's index grows at its end.
    order = np.lexsort((bars.date, instrument_ids))
    columns = {"instrument_id": Column("int4", instrument_ids[order]), "date": Column("date", bars.date[order])}
    for name in ("close", *_OPTIONAL):
        columns[name] = Column("float8", getattr(bars, name)[order])
    columns["adjustment_factor"] = Column("float8", bars.factor[order])
    columns["close_is_adjusted"] = Column("bool", flags[order])
    columns["no_trade"] = Column("bool", bars.no_trade[order])
    copy_rows(cursor, STAGING, columns)
    cursor.execute(f"ANALYZE {STAGING}")


def bars_merge(cursor: CursorWrapper, *, columns: frozenset[str]) -> Merged:
    """Staging to bars. Optional columns and the factor are only touched when the file has them (``columns``).

    UPDATE and INSERT apart rather than ON CONFLICT: both run on hypertables with compressed chunks, and the
    counts do not lean on ``xmax``. Writers of one region are serialised by ``change_lock``.
    """
    cursor.execute(f"SELECT count(*) FROM {STAGING}")
    (staged,) = cursor.fetchone()
    updated, first_updated = _update(cursor, columns)
    inserted, first_inserted = _insert(cursor)
    dates = [day for day in (first_updated, first_inserted) if day is not None]
    return Merged(inserted, updated, staged - inserted - updated, min(dates) if dates else None)


def _update(cursor: CursorWrapper, columns: frozenset[str]) -> tuple[int, dt.date | None]:
    taken = ["close", *(name for name in _OPTIONAL if name in columns)]
    if columns.intersection(_TRADED):
        taken.append("no_trade")
    # A bar whose basis changes loses a factor that was given for the other basis.
    moved = "(b.close_is_adjusted <> s.close_is_adjusted)"
    factor = f"coalesce(s.adjustment_factor, CASE WHEN {moved} THEN 1 ELSE b.adjustment_factor END)"
    given = f"s.adjustment_factor IS NOT NULL OR (b.factor_is_given AND NOT {moved})"
    settings = {name: f"s.{name}" for name in taken} | {"close_is_adjusted": "s.close_is_adjusted"}
    settings |= {"adjustment_factor": factor, "factor_is_given": given}
    assign = ", ".join(f"{name} = {value}" for name, value in settings.items())
    old = ", ".join(f"b.{name}" for name in settings)
    new = ", ".join(settings.values())
    cursor.execute(
        f"WITH changed AS (UPDATE market_pricebar b SET {assign} FROM {STAGING} s"
        " WHERE b.instrument_id = s.instrument_id AND b.date = s.date"
        f" AND ({old}) IS DISTINCT FROM ({new}) RETURNING b.date) SELECT count(*), min(date) FROM changed"
    )
    return cursor.fetchone()


def _insert(cursor: CursorWrapper) -> tuple[int, dt.date | None]:
    names = "instrument_id, date, open, high, low, close, volume, trading_value, market_cap, shares_outstanding"
    cursor.execute(
        f"WITH added AS (INSERT INTO market_pricebar ({names}, adjustment_factor, factor_is_given, close_is_adjusted,"
        f" no_trade, suspect) SELECT {names}, coalesce(adjustment_factor, 1), adjustment_factor IS NOT NULL,"
        f" close_is_adjusted, no_trade, false FROM {STAGING} ON CONFLICT (instrument_id, date) DO NOTHING"
        " RETURNING date) SELECT count(*), min(date) FROM added"
    )
    return cursor.fetchone()
