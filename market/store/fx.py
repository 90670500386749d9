"""Exchange rates out of the database, by day and currency."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from django.db import connection

from market.calc.fx import FxRates, pairs_needed, rates_cross
from market.currencies import is_code
from market.store.copying import read_rows

# The pairs there are, each found by one step of the key: DISTINCT would read every rate.
_PAIRS = """
WITH RECURSIVE pair AS (
    (SELECT base, quote FROM market_fxrate ORDER BY base, quote LIMIT 1)
    UNION ALL
    SELECT following.* FROM pair CROSS JOIN LATERAL (
        SELECT base, quote FROM market_fxrate r WHERE (r.base, r.quote) > (pair.base, pair.quote)
        ORDER BY base, quote LIMIT 1) AS following
) SELECT base, quote FROM pair
"""
_RATES = """
SELECT (pair.place - 1)::int4, r.date, r.rate
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS pair(base, quote, place)
JOIN market_fxrate r ON r.base = pair.base AND r.quote = pair.quote AND r.date BETWEEN %s AND %s
"""
_KINDS = {"pair": "int4", "date": "date", "rate": "float8"}


def fx_read(base: str, currencies: Sequence[str], start: dt.date, end: dt.date) -> FxRates:
    """Units of ``base`` for one unit of each of the C ``currencies``, from ``start`` to ``end``, both included.

    ``days`` [T] are the dates on which any of the currencies other than ``base`` has a rate; ``rates`` [T, C], NaN
    where that date has none; ``base`` itself is 1. Which rate is taken: ``market.calc.fx.rates_cross``. Nothing is
    carried over from an earlier day. Raises ValueError for what is no currency code, or a start after the end.
    """
    for code in (base, *currencies):
        if not is_code(code):
            raise ValueError(f"{code!r} is not a currency code: write three capital letters")
    if start > end:
        raise ValueError(f"start {start} is after end {end}")
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS)
        pairs = pairs_needed(cursor.fetchall(), base, currencies)
        names = [[of for of, _ in pairs], [into for _, into in pairs]]
        rows = read_rows(cursor, _RATES, [*names, start, end], _KINDS)
    days, place = np.unique(rows["date"], return_inverse=True)
    grid = np.full((len(pairs), len(days)), np.nan)
    grid[rows["pair"], place] = rows["rate"]
    rates = rates_cross(dict(zip(pairs, grid, strict=True)), base, currencies, len(days))
    others = [column for column, code in enumerate(currencies) if code != base]
    used = np.isfinite(rates[:, others]).any(axis=1)
    return FxRates(days[used].astype("datetime64[D]"), rates[used])
