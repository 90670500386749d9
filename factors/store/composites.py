"""Composite scores into the database, in bulk."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from factors.models import CompositeScore
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
    """A strategy's scores on the days ``on`` (ascending) of the instruments ``ids`` (ascending): float64 [T, N]."""
    found = np.full((len(on), len(ids)), np.nan)
    rows = CompositeScore.objects.filter(strategy_id=strategy_id, date__in=list(on))
    day_of = {day: row for row, day in enumerate(on)}
    for date, instrument, score in rows.values_list("date", "instrument_id", "score").iterator(chunk_size=50_000):
        column = int(np.searchsorted(ids, instrument))
        if column < len(ids) and ids[column] == instrument:
            found[day_of[date], column] = score
    return found


def composites_delete(strategy_id: int) -> int:
    """Take all of a strategy's scores away; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM factors_compositescore WHERE strategy_id = %s", [strategy_id])
        return cursor.rowcount
