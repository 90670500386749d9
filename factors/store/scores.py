"""Scores in and out of the database, in bulk."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from django.db import connection, transaction

from factors.engine import Cross
from factors.models import FactorRun, FactorScore
from market.store.arrow import snapshot, table
from market.store.copying import Column, copy_rows


def scores_write(run: FactorRun, instrument_ids: np.ndarray, crosses: Sequence[Cross], replaced: dict[str, int]) -> int:
    """Replace the scores of the run's region and date in one transaction; returns the rows written.

    ``replaced``: the factors asked for and their ids; one of them without a cross-section (it failed) is left without
    scores rather than with those of an earlier run. Until it commits, readers see the scores of the run before. Rows
    go in the order of the key.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM factors_factorscore WHERE date = %s AND factor_id = ANY(%s)"
            # An array, not IN: the key is then probed per instrument, where a join would read the day of all regions.
            " AND instrument_id = ANY(ARRAY(SELECT id FROM market_instrument WHERE region = %s))",
            [run.date, list(replaced.values()), run.region],
        )
        rows = _columns(run.date, instrument_ids, crosses, replaced)
        return copy_rows(cursor, FactorScore._meta.db_table, rows)


def _columns(
    date: dt.date, instrument_ids: np.ndarray, crosses: Sequence[Cross], ids: dict[str, int]
) -> dict[str, Column]:
    crosses = sorted(crosses, key=lambda cross: ids[cross.factor.name])
    nothing = [np.zeros((len(instrument_ids), 0))]
    value, score, percentile = (
        np.column_stack([getattr(cross, name) for cross in crosses] or nothing)
        for name in ("value", "score", "percentile")
    )
    row, column = np.nonzero(np.isfinite(value))
    factor_ids = np.array([ids[cross.factor.name] for cross in crosses], dtype=np.int16)
    return {
        "date": Column("date", np.full(len(row), np.datetime64(date, "D"))),
        "instrument_id": Column("int4", instrument_ids[row]),
        "factor_id": Column("int2", factor_ids[column]),
        "value": Column("float8", value[row, column]),
        "score": Column("float4", score[row, column]),
        "percentile": Column("float4", percentile[row, column]),
    }


def scores_read(region: str, date: dt.date, names: Sequence[str]) -> pa.Table:
    """Scores of a region and date as a table: region, ticker, date, factor, value, score, percentile.

    ``names``: factor names, already checked; none means all. Ordered by factor and ticker.
    """
    only = f" AND f.name IN ({', '.join(repr(name) for name in names)})" if names else ""
    with snapshot() as arrow:
        return table(
            arrow,
            "SELECT i.region, i.ticker, s.date, f.name AS factor, s.value, s.score, s.percentile"
            " FROM factors_factorscore s JOIN market_instrument i ON i.id = s.instrument_id"
            " JOIN factors_factor f ON f.id = s.factor_id"
            f" WHERE s.date = '{date}' AND i.region = '{region}'{only} ORDER BY f.name, i.ticker",
        )
