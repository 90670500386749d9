"""Correlations in and out of the database, in bulk: the upper triangle of a matrix, a row per pair."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from django.db import connection, transaction

from market.models import DataChange
from market.store.copying import Column, copy_rows, read_rows
from portfolio.calc.correlations import Correlations
from portfolio.models import AssetCorrelation

_KINDS = {"a": "int4", "b": "int4", "coefficient": "float8", "n": "int4", "p_value": "float8", "revision": "int8"}


def correlations_write(
    date: dt.date, instrument_ids: np.ndarray, revision: int, by_window: Mapping[str, Correlations]
) -> int:
    """Replace the pairs among ``instrument_ids`` (int [N], ascending) on ``date`` in one transaction; returns the rows
    written. Pairs with other instruments stay; until it commits, readers see the rows of before.
    """
    table = AssetCorrelation._meta.db_table
    upper = np.triu_indices(len(instrument_ids), 1)
    columns = {
        "date": Column("date", np.full(len(upper[0]), np.datetime64(date, "D"))),
        "instrument_a_id": Column("int4", instrument_ids[upper[0]]),
        "instrument_b_id": Column("int4", instrument_ids[upper[1]]),
        "revision": Column("int8", np.full(len(upper[0]), revision)),
    }
    for window, found in by_window.items():
        columns[f"correlation_{window}"] = Column("float8", found.coefficient[upper])
        columns[f"n_{window}"] = Column("int4", found.count[upper])
        columns[f"p_value_{window}"] = Column("float8", found.p_value[upper])
    ids = instrument_ids.tolist()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE date = %s AND instrument_a_id = ANY(%s) AND instrument_b_id = ANY(%s)",
            [date, ids, ids],
        )
        return copy_rows(cursor, table, columns)


def correlations_read(date: dt.date, instrument_ids: Sequence[int], window: str) -> tuple[Correlations | None, int]:
    """(matrix of ``instrument_ids`` in their order, oldest revision of its rows); (None, 0) where a pair is missing.

    Of an asset with itself nothing is stored: the diagonal is NaN and counts 0. ``window``: one of ``WINDOWS``.
    """
    query = (
        f"SELECT instrument_a_id, instrument_b_id, coalesce(correlation_{window}, 'NaN'), n_{window},"
        f" coalesce(p_value_{window}, 'NaN'), revision FROM {AssetCorrelation._meta.db_table}"
        " WHERE date = %s AND instrument_a_id = ANY(%s) AND instrument_b_id = ANY(%s)"
    )
    ids = np.array(instrument_ids)
    with connection.cursor() as cursor:
        rows = read_rows(cursor, query, [date, ids.tolist(), ids.tolist()], _KINDS)
    n = len(ids)
    if not len(rows) or len(rows) < n * (n - 1) // 2:
        return None, 0
    order = np.argsort(ids)
    a, b = (order[np.searchsorted(ids, rows[name], sorter=order)] for name in ("a", "b"))
    found = Correlations(np.full((n, n), np.nan), np.zeros((n, n), np.int64), np.full((n, n), np.nan))
    for whole, name in ((found.coefficient, "coefficient"), (found.count, "n"), (found.p_value, "p_value")):
        whole[a, b] = whole[b, a] = rows[name]
    return found, int(rows["revision"].min())


def bars_revision(regions: Sequence[str]) -> int:
    """The newest change of bars of the regions, 0 where nothing was ever loaded."""
    newest = DataChange.objects.filter(region__in=regions, kind="bars").order_by("-id").values_list("id", flat=True)
    return newest.first() or 0


def is_outdated(regions: Sequence[str], revision: int, date: dt.date) -> bool:
    """Whether bars of the regions up to ``date`` have changed since ``revision``."""
    changes = DataChange.objects.filter(region__in=regions, kind="bars", id__gt=revision, changed_from__lte=date)
    return bool(changes.exists())
