"""Exchange rates out of the database, by day and currency."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from django.db import connection

from market.calc.fx import FxRates, rates_cross
from market.currencies import is_code
from market.store.copying import read_rows

_KINDS = {"base": "char3", "quote": "char3", "date": "date", "rate": "float8"}
# Every leg through a third currency touches one of the currencies asked for.
_QUERY = (
    "SELECT base, quote, date, rate FROM market_fxrate"
    " WHERE date BETWEEN %s AND %s AND (base = ANY(%s) OR quote = ANY(%s))"
)


def fx_read(base: str, currencies: Sequence[str], start: dt.date, end: dt.date) -> FxRates:
    """Units of ``base`` for one unit of each of the C ``currencies``, from ``start`` to ``end``, both included.

    ``days`` [T] are the dates on which any of the currencies other than ``base`` has a rate; ``rates`` [T, C], NaN
    where that date has none; ``base`` itself is 1. Which rate is taken: ``market.calc.fx.rates_cross``. Nothing is
    carried over from an earlier day. Raises ValueError for what is no currency code, or a start after the end.
    """
    codes = list(dict.fromkeys([base, *currencies]))
    for code in codes:
        if not is_code(code):
            raise ValueError(f"{code!r} is not a currency code: write three capital letters")
    if start > end:
        raise ValueError(f"start {start} is after end {end}")
    with connection.cursor() as cursor:
        rows = read_rows(cursor, _QUERY, [start, end, codes, codes], _KINDS)
    days, place = np.unique(rows["date"], return_inverse=True)
    rates = rates_cross(_pairs(rows, place, len(days)), base, currencies, len(days))
    others = [column for column, code in enumerate(currencies) if code != base]
    used = np.isfinite(rates[:, others]).any(axis=1)
    return FxRates(days[used].astype("datetime64[D]"), rates[used])


def _pairs(rows: np.ndarray, place: np.ndarray, days: int) -> dict[tuple[str, str], np.ndarray]:
    """(base, quote) -> rates float64 [days], NaN without."""
    names, pair = np.unique(np.char.add(rows["base"], rows["quote"]), return_inverse=True)
    grid = np.full((len(names), days), np.nan)
    grid[pair, place] = rows["rate"]
    return {(name[:3].decode(), name[3:].decode()): grid[i] for i, name in enumerate(names)}
