"""Two compositions of each of many funds, read at once."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection

from etfs.store.reads import rows_read
from market.store.copying import read_rows

_NEWEST = """
    SELECT s.as_of_date AS day, s.currency, s.per_unit FROM etfs_snapshot s
    WHERE s.etf_id = e.instrument_id AND s.is_served AND s.as_of_date <= %s ORDER BY s.as_of_date DESC LIMIT 1
"""
ENDS = {
    "fund": "int4",
    "is_last": "bool",
    "instrument_id": "int4",
    "shares": "float8",
    "value": "float8",
    "weight": "float8",
}
BETWEEN = {
    "fund": "int4", "date": "date", "line_id": "int4", "instrument_id": "int4", "shares": "float8", "value": "float8",
    "weight": "float8",
}  # fmt: skip
_FIGURES = (
    "coalesce(h.shares::float8, 'NaN'), coalesce(h.market_value::float8, 'NaN'), coalesce(h.weight::float8, 'NaN')"
)


def pairs_read(start: dt.date, end: dt.date, region: str = "") -> list[dict[str, Any]]:
    """Funds (of a region, or all) with a composition by ``end``: ``first`` and ``last``, the days of their newest
    served ones up to both days, ``first`` None without one; ``currency``, and whether one of them is of a unit."""
    query = f"""
        SELECT e.instrument_id AS etf_id, e.region, was.day AS first, now.day AS last, now.currency,
            now.per_unit OR coalesce(was.per_unit, false) AS per_unit
        FROM etfs_etf e CROSS JOIN LATERAL ({_NEWEST}) now LEFT JOIN LATERAL ({_NEWEST}) was ON true
        WHERE %s IN ('', e.region) ORDER BY e.instrument_id
    """
    return rows_read(query, [end, start, region])


def newest_two(region: str = "") -> tuple[dt.date, dt.date] | None:
    """(before, last): days of the two newest served compositions of the fund whose last one is the newest of all funds
    that have two."""
    query = """
        SELECT two.before, two.last FROM etfs_etf e CROSS JOIN LATERAL (
            SELECT min(as_of_date) AS before, max(as_of_date) AS last FROM (
                SELECT s.as_of_date FROM etfs_snapshot s WHERE s.etf_id = e.instrument_id AND s.is_served
                ORDER BY s.as_of_date DESC LIMIT 2
            ) newest
        ) two WHERE two.before < two.last AND %s IN ('', e.region) ORDER BY two.last DESC, two.before DESC LIMIT 1
    """
    found = rows_read(query, [region])
    return (found[0]["before"], found[0]["last"]) if found else None


def ends_read(pairs: Sequence[dict[str, Any]]) -> np.ndarray:
    """Lines of both days that are instruments of ours: rows of ENDS, ``fund`` being the place in ``pairs``."""
    query = f"""
        SELECT p.place::int, h.as_of_date = p.last, n.instrument_id, {_FIGURES}
        FROM unnest(%s::int[], %s::int[], %s::date[], %s::date[]) AS p (place, etf, first, last)
        JOIN etfs_etfholding h ON h.etf_id = p.etf AND h.as_of_date IN (p.first, p.last)
        JOIN etfs_holdingline n ON n.id = h.line_id WHERE n.instrument_id IS NOT NULL
    """
    asked = [list(range(len(pairs))), *([row[name] for row in pairs] for name in ("etf_id", "first", "last"))]
    with connection.cursor() as cursor:
        return read_rows(cursor, query, asked, ENDS)


def between_read(pairs: Sequence[dict[str, Any]], fund: np.ndarray, instrument: np.ndarray) -> np.ndarray:
    """Every served line of some instruments from the first day of their fund's pair to the last: rows of BETWEEN,
    by fund and day."""
    query = f"""
        SELECT p.place, h.as_of_date, h.line_id, p.instrument, {_FIGURES}
        FROM unnest(%s::int[], %s::int[], %s::int[], %s::date[], %s::date[]) AS p (place, instrument, etf, first, last)
        JOIN etfs_snapshot s ON s.etf_id = p.etf AND s.is_served AND s.as_of_date BETWEEN p.first AND p.last
        JOIN etfs_holdingline n ON n.instrument_id = p.instrument
        JOIN etfs_etfholding h ON h.etf_id = p.etf AND h.as_of_date = s.as_of_date AND h.line_id = n.id
        ORDER BY p.place, h.as_of_date
    """
    of = [pairs[place] for place in fund.tolist()]
    asked = [fund.tolist(), instrument.tolist(), *([row[name] for row in of] for name in ("etf_id", "first", "last"))]
    with connection.cursor() as cursor:
        return read_rows(cursor, query, asked, BETWEEN)
