"""Scores in and out of the database, in bulk."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from factors.calc.precision import rounded_bits
from factors.engine import Cross
from factors.models import FactorRun, FactorScore
from market.store.arrow import snapshot, table
from market.store.copying import Column, copy_rows
from market.timescale.columnar import direct_compress

BLOCK = 1_000_000  # figures encoded at a time
VALUE_BITS = 33  # of the 53 of a double, almost ten digits: with more, columns are more than an eighth of the rows


def scores_write(
    region: str, days: np.ndarray, instrument_ids: np.ndarray, crosses: Sequence[Cross], replaced: dict[str, int]
) -> int:
    """Replace the scores of ``region`` on ``days`` (int32 [T]) in one transaction; returns the rows written.

    crosses: n = T x N with N ``instrument_ids``. ``replaced``: the factors asked for and their ids; one of them without
    a cross-section (it failed) is left without scores rather than with those of an earlier run. Until it commits,
    readers see the scores of before. Rows go in the order of the key.
    """
    dates = days.astype("datetime64[D]")
    ordered = sorted(crosses, key=lambda cross: replaced[cross.factor.name])
    factor_ids = np.array([replaced[cross.factor.name] for cross in ordered], dtype=np.int16)
    width = len(instrument_ids)
    step = max(1, BLOCK // max(width * len(ordered), 1))
    with transaction.atomic(), connection.cursor() as cursor:
        _delete(cursor, region, [date.item() for date in dates], list(replaced.values()))
        written = 0
        with direct_compress(cursor, many_days=len(dates) > 1):
            for first in range(0, len(dates), step):
                part = slice(first * width, (first + step) * width)
                columns = _columns(dates[first : first + step], instrument_ids, factor_ids, ordered, part)
                written += copy_rows(cursor, FactorScore._meta.db_table, columns)
        return written


def _delete(cursor: CursorWrapper, region: str, dates: list[dt.date], factor_ids: list[int]) -> None:
    """The scores of a region there may be: of sessions for which a run was made."""
    if len(dates) > 1:
        dates = [day for day in FactorRun.objects.dates_of(region, dates[0], dates[-1]) if day in set(dates)]
    cursor.execute(
        "DELETE FROM factors_factorscore WHERE date = ANY(%s) AND factor_id = ANY(%s)"
        # An array, not IN: the key is then probed per instrument, where a join would read the day of all regions.
        " AND instrument_id = ANY(ARRAY(SELECT id FROM market_instrument WHERE region = %s))",
        [dates, factor_ids, region],
    )


def _columns(
    dates: np.ndarray, instrument_ids: np.ndarray, factor_ids: np.ndarray, crosses: Sequence[Cross], part: slice
) -> dict[str, Column]:
    """Entries ``part`` of the cross-sections, those of ``dates``, as rows; what has no value has none."""
    nothing = [np.zeros((len(dates) * len(instrument_ids), 0))]
    value, score, percentile = (
        np.column_stack([getattr(cross, name)[part] for cross in crosses] or nothing)
        for name in ("value", "score", "percentile")
    )
    row, column = np.nonzero(np.isfinite(value))
    session, instrument = np.divmod(row, max(len(instrument_ids), 1))
    return {
        "date": Column("date", dates[session]),
        "instrument_id": Column("int4", instrument_ids[instrument]),
        "factor_id": Column("int2", factor_ids[column]),
        "value": Column("float8", rounded_bits(value[row, column], VALUE_BITS)),
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
