"""Composite scores into the database, in bulk."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.db import connection, transaction

from factors.models import CompositeScore
from market.store.arrow import batches, snapshot
from market.store.copying import Column, copy_rows


@dataclass(frozen=True)
class Composites:
    """Scores of consecutive sessions: ``days`` int32 [T], days since 1970-01-01; ``instrument_ids`` int32 [N];
    ``score`` float [T, N], 0 to 100, NaN where there is none; ``rank`` int32 [T, N], 0 where there is none.
    """

    days: np.ndarray
    instrument_ids: np.ndarray
    score: np.ndarray
    rank: np.ndarray


def composites_write(strategy_id: int, start: dt.date, end: dt.date, found: Composites) -> int:
    """Replace a strategy's scores from ``start`` to ``end`` (dates, both included); returns the rows written.

    One transaction, or a part of the caller's.
    """
    row, column = np.nonzero(np.isfinite(found.score))
    columns = {
        "strategy_id": Column("int8", np.full(len(row), strategy_id)),
        "date": Column("date", found.days.astype("datetime64[D]")[row]),
        "instrument_id": Column("int4", found.instrument_ids[column]),
        "score": Column("float4", found.score[row, column]),
        "rank": Column("int4", found.rank[row, column]),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM factors_compositescore WHERE strategy_id = %s AND date BETWEEN %s AND %s",
            [strategy_id, start, end],
        )
        return copy_rows(cursor, CompositeScore._meta.db_table, columns)


def composites_read(strategy_id: int, on: Sequence[dt.date], ids: np.ndarray) -> np.ndarray:
    """A strategy's scores on the days ``on`` (ascending) of the instruments ``ids`` (ascending): float64 [T, N], NaN
    where there is none. Committed rows only.
    """
    found = np.full((len(on), len(ids)), np.nan)
    if not found.size:
        return found
    days = np.array(on, dtype="datetime64[D]").astype(np.int64)
    row_of, column_of = _places(days - days[0]), _places(ids)
    listed = ", ".join(f"'{day}'" for day in on)
    with snapshot() as arrow:
        for batch in batches(
            arrow,
            f"SELECT date, instrument_id, score FROM factors_compositescore WHERE strategy_id = {int(strategy_id)}"
            f" AND date BETWEEN '{on[0]}' AND '{on[-1]}' AND date IN ({listed})",
        ):
            instrument = batch.column("instrument_id").to_numpy()
            column = column_of[np.minimum(instrument, len(column_of) - 1)]
            ours = column >= 0
            row = row_of[batch.column("date").cast(pa.int32()).to_numpy() - days[0]]
            found[row[ours], column[ours]] = batch.column("score").to_numpy()[ours]
    return found


def _places(numbers: np.ndarray) -> np.ndarray:
    """Where each of ``numbers`` (ascending, not below 0) stands: int64 [last + 2], -1 of one that is not among them,
    as of the last entry, which stands for all that are larger.
    """
    places = np.full(int(numbers[-1]) + 2, -1, dtype=np.int64)
    places[numbers] = np.arange(len(numbers))
    return places


def composites_delete(strategy_id: int) -> int:
    """Take all of a strategy's scores away; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM factors_compositescore WHERE strategy_id = %s", [strategy_id])
        return cursor.rowcount
