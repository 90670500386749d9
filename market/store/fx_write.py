"""Exchange rates into the database: binary COPY to a staging table, then what changed and only that."""

import numpy as np
from django.db.backends.utils import CursorWrapper

from market.calc.fx import Rates
from market.store.bars_write import Merged
from market.store.copying import Column, copy_rows

STAGING = "staging_fxrate"


def fx_stage(cursor: CursorWrapper, rates: Rates, rows: np.ndarray) -> None:
    """Copy the ``rows`` (mask) of ``rates`` to a temporary table that lives until the transaction ends."""
    cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
    cursor.execute(
        f"CREATE TEMP TABLE {STAGING} ON COMMIT DROP AS SELECT base, date, rate FROM market_fxrate WITH NO DATA"
    )
    chosen = np.flatnonzero(rows)
    columns = {
        "base": Column("char3", np.array(rates.names, dtype=object)[rates.index[chosen]]),
        "date": Column("date", rates.date[chosen]),
        "rate": Column("float8", rates.rate[chosen]),
    }
    copy_rows(cursor, STAGING, columns)
    cursor.execute(f"ANALYZE {STAGING}")


def fx_merge(cursor: CursorWrapper, *, quote: str, source: str) -> Merged:
    """Staging to exchange rates in ``quote``; ``changed_from`` is the earliest date touched."""
    said = {"quote": quote, "source": source}
    cursor.execute(
        "WITH changed AS (UPDATE market_fxrate r SET rate = s.rate, source = %(source)s"
        f" FROM {STAGING} s WHERE r.base = s.base AND r.quote = %(quote)s AND r.date = s.date AND r.rate <> s.rate"
        " RETURNING r.date) SELECT count(*), min(date) FROM changed",
        said,
    )
    updated, first_updated = cursor.fetchone()
    cursor.execute(
        "WITH added AS (INSERT INTO market_fxrate (base, quote, date, rate, source)"
        f" SELECT base, %(quote)s, date, rate, %(source)s FROM {STAGING}"
        " ON CONFLICT (base, quote, date) DO NOTHING RETURNING date) SELECT count(*), min(date) FROM added",
        said,
    )
    inserted, first_inserted = cursor.fetchone()
    cursor.execute(f"SELECT count(*) FROM {STAGING}")
    (staged,) = cursor.fetchone()
    days = [day for day in (first_updated, first_inserted) if day is not None]
    return Merged(inserted, updated, staged - inserted - updated, min(days) if days else None)
