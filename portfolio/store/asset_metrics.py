"""Indicators of assets into the database, in bulk."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
from django.db import connection, transaction

from market.store.copying import Column, copy_rows
from portfolio.models import AssetPerformanceMetrics


def asset_metrics_write(
    region: str, date: dt.date, instrument_ids: np.ndarray, bar_days: np.ndarray, figures: Mapping[str, np.ndarray]
) -> int:
    """Replace the rows of ``region`` on ``date`` in one transaction; returns the rows written.

    ``instrument_ids`` int [N]; ``bar_days`` int [N], days since 1970-01-01 of each one's last bar; ``figures`` float
    [N] by column, NaN: null. Until it commits, readers see the rows of before.
    """
    table = AssetPerformanceMetrics._meta.db_table
    columns = {
        "date": Column("date", np.full(len(instrument_ids), np.datetime64(date, "D"))),
        "instrument_id": Column("int4", instrument_ids),
        "bar_date": Column("date", bar_days.astype("datetime64[D]")),
        **{name: Column("float8", values) for name, values in figures.items()},
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            # An array, not IN: the key is then probed per instrument, whatever other regions have on that day.
            f"DELETE FROM {table} WHERE date = %s"
            " AND instrument_id = ANY(ARRAY(SELECT id FROM market_instrument WHERE region = %s))",
            [date, region],
        )
        return copy_rows(cursor, table, columns)
