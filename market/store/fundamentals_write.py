"""Reports into the database: staged by COPY, then inserted or updated by their key."""

from collections.abc import Hashable

import numpy as np
from django.db.backends.utils import CursorWrapper

from market.calc.report_checks import Reports, Version
from market.models.fundamentals import FUNDAMENTAL_FIELDS
from market.store.bars_write import Merged
from market.store.copying import Column, copy_rows

STAGING = "staging_fundamental"
_KEY = ("instrument_id", "period_end", "period", "available_on", "source", "consolidated")
_REST = ("available_is_estimated", "period_end_is_estimated", "currency", *FUNDAMENTAL_FIELDS)


def fundamentals_stage(cursor: CursorWrapper, instrument_ids: np.ndarray, reports: Reports, source: str) -> None:
    """Copy ``reports`` to a temporary table that lives until the transaction ends."""
    cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
    names = ", ".join((*_KEY, *_REST))
    cursor.execute(f"CREATE TEMP TABLE {STAGING} ON COMMIT DROP AS SELECT {names} FROM market_fundamental WITH NO DATA")
    columns = {
        "instrument_id": Column("int4", instrument_ids),
        "period_end": Column("date", reports.period_end),
        "period": Column("text", reports.period.astype(object)),
        "available_on": Column("date", reports.available_on),
        "source": Column("text", np.full(len(instrument_ids), source, dtype=object)),
        "consolidated": Column("bool", reports.consolidated),
        "available_is_estimated": Column("bool", reports.available_is_estimated),
        "period_end_is_estimated": Column("bool", reports.period_end_is_estimated),
        "currency": Column("text", reports.currency.astype(object)),
    }
    columns |= {name: Column("float8", reports.figures[:, i]) for i, name in enumerate(FUNDAMENTAL_FIELDS)}
    copy_rows(cursor, STAGING, columns)


def fundamentals_merge(cursor: CursorWrapper) -> Merged:
    """Staging to fundamentals; ``changed_from`` is the earliest publication day touched."""
    assign = ", ".join(f"{name} = s.{name}" for name in _REST)
    old, new = (", ".join(f"{alias}.{name}" for name in _REST) for alias in "fs")
    match = " AND ".join(f"f.{name} = s.{name}" for name in _KEY)
    cursor.execute(
        f"WITH changed AS (UPDATE market_fundamental f SET {assign} FROM {STAGING} s WHERE {match}"
        f" AND ({old}) IS DISTINCT FROM ({new}) RETURNING f.available_on)"
        " SELECT count(*), min(available_on) FROM changed"
    )
    updated, first_updated = cursor.fetchone()
    names = ", ".join((*_KEY, *_REST))
    cursor.execute(
        f"WITH added AS (INSERT INTO market_fundamental ({names}) SELECT {names} FROM {STAGING}"
        f" ON CONFLICT ({', '.join(_KEY)}) DO NOTHING RETURNING available_on)"
        " SELECT count(*), min(available_on) FROM added"
    )
    inserted, first_inserted = cursor.fetchone()
    cursor.execute(f"SELECT count(*) FROM {STAGING}")
    (staged,) = cursor.fetchone()
    dates = [day for day in (first_updated, first_inserted) if day is not None]
    return Merged(inserted, updated, staged - inserted - updated, min(dates) if dates else None)


def versions_stored(cursor: CursorWrapper, instrument_ids: list[int], source: str) -> dict[Hashable, list[Version]]:
    """Stored versions by (instrument id, period_end, period, consolidated)."""
    cursor.execute(
        "SELECT instrument_id, period_end, period, consolidated, available_on,"
        f" {', '.join(FUNDAMENTAL_FIELDS)} FROM market_fundamental WHERE source = %s AND instrument_id = ANY(%s)",
        [source, instrument_ids],
    )
    found: dict[Hashable, list[Version]] = {}
    for instrument_id, period_end, period, consolidated, available_on, *figures in cursor.fetchall():
        values = tuple(np.nan if value is None else value for value in figures)
        found.setdefault((instrument_id, period_end, period, consolidated), []).append((available_on, values))
    return found
