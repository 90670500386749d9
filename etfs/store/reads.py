"""Reading compositions: the latest one of each fund on a day, from either side, walking indexes only.

``latest`` in these queries (``LATEST``, with the day as its parameter) is each fund's own newest composition that is
served on the day (FORMULAS.md section 6), found by one probe of the index ``snapshot_served`` per fund.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection

from etfs.models import HoldingLine
from market.store.copying import read_rows

LATEST = """
    CROSS JOIN LATERAL (
        SELECT s.as_of_date, s.currency, s.source, s.state, s.per_unit FROM etfs_snapshot s
        WHERE s.etf_id = e.instrument_id AND s.is_served AND s.as_of_date <= %s
        ORDER BY s.as_of_date DESC LIMIT 1
    ) latest
"""
FUND = """
    e.instrument_id AS etf_id, e.region, f.ticker, f.name, f.currency AS trading_currency, e.category, e.issuer,
    e.total_assets, latest.as_of_date, latest.currency, latest.source, latest.state, latest.per_unit
"""


def holders_read(instrument_ids: Sequence[int], on: dt.date, region: str = "") -> list[dict[str, Any]]:
    """A row for each fund (of ``region``, or of all) and instrument that its latest composition on the day has,
    heaviest first.

    Lines of one instrument in a fund are added. Numbers are Decimal with the source's digits.
    """
    known = rows_read(
        "SELECT id, instrument_id FROM etfs_holdingline WHERE instrument_id = ANY(%s)", [list(instrument_ids)]
    )
    lines, instruments = [row["id"] for row in known], [row["instrument_id"] for row in known]
    if not lines:
        return []
    where = "WHERE e.region = %s" if region else ""
    query = f"""
        SELECT (%s::int[])[array_position(%s::int[], h.line_id)] AS instrument_id, {FUND}, h.weight, h.shares,
            h.market_value, h.rank, h.weight_change, 1 AS lines
        FROM etfs_etf e JOIN market_instrument f ON f.id = e.instrument_id {LATEST}
        JOIN etfs_etfholding h
            ON h.etf_id = e.instrument_id AND h.as_of_date = latest.as_of_date AND h.line_id = ANY(%s)
        {where}
    """
    rows = rows_read(query, [instruments, lines, on, lines, *([region] if region else [])])
    if len(lines) > len(set(instruments)):
        rows = _lines_added(rows)
    return sorted(rows, key=lambda row: (row["weight"] is None, -(row["weight"] or 0), row["region"], row["ticker"]))


def _lines_added(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per fund and instrument, the lines of one instrument in a fund added; unknown figures add nothing."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        first = found.setdefault((row["etf_id"], row["instrument_id"]), row)
        if first is not row:
            for name in ("weight", "shares", "market_value", "weight_change"):
                known = [one[name] for one in (first, row) if one[name] is not None]
                first[name] = sum(known) if known else None
            first["rank"], first["lines"] = min(first["rank"], row["rank"]), first["lines"] + 1
    return list(found.values())


def lines_read(etf_id: int, day: dt.date, limit: int | None = None) -> list[dict[str, Any]]:
    """The lines of one composition by rank, each with the instrument it is."""
    query = """
        SELECT h.line_id, h.rank, h.weight, h.shares, h.market_value, h.weight_change, n.kind, n.instrument_id,
            coalesce(i.ticker, n.ticker) AS ticker, i.region, coalesce(nullif(i.name, ''), n.name) AS name,
            n.identifier, coalesce(nullif(i.sector, ''), n.sector) AS sector, n.country, coalesce(i.currency,
            n.currency) AS currency
        FROM etfs_etfholding h JOIN etfs_holdingline n ON n.id = h.line_id
        LEFT JOIN market_instrument i ON i.id = n.instrument_id
        WHERE h.etf_id = %s AND h.as_of_date = %s ORDER BY h.rank, h.id
    """
    return rows_read(query + (" LIMIT %s" if limit else ""), [etf_id, day, *([limit] if limit else [])])


def weights_read(etf_id: int, instrument_id: int, start: dt.date | None, end: dt.date | None) -> list[dict[str, Any]]:
    """A fund's weight in an instrument on each of its served compositions from ``start`` to ``end``, oldest first; on
    those without it, nought; None where it is there without a weight."""
    lines = list(HoldingLine.objects.filter(instrument=instrument_id).values_list("pk", flat=True))
    query = """
        SELECT s.as_of_date, CASE WHEN h.lines = 0 THEN 0 ELSE h.weight END AS weight, h.shares, h.market_value,
            h.rank, s.currency, s.source
        FROM etfs_snapshot s LEFT JOIN LATERAL (
            SELECT sum(weight) AS weight, sum(shares) AS shares, sum(market_value) AS market_value, min(rank) AS rank,
                count(*) AS lines
            FROM etfs_etfholding WHERE etf_id = s.etf_id AND as_of_date = s.as_of_date AND line_id = ANY(%s)
        ) h ON true
        WHERE s.etf_id = %s AND s.is_served AND s.as_of_date BETWEEN %s AND %s ORDER BY s.as_of_date
    """
    return rows_read(query, [lines, etf_id, start or dt.date.min, end or dt.date.max])


COMPOSITION_KINDS = {
    "etf_id": "int4", "line_id": "int4", "instrument_id": "int4", "is_stock": "bool", "is_security": "bool",
    "weight": "float8",
}  # fmt: skip


def latest_weights(on: dt.date, etf_ids: Sequence[int]) -> np.ndarray:
    """Weights of the latest compositions of funds: rows of ``COMPOSITION_KINDS``; instrument 0: none of ours.

    ``is_security``: a stock, a fund or something unknown, which should be an instrument, not cash, a bond or a
    derivative.
    """
    query = f"""
        SELECT h.etf_id, h.line_id, coalesce(n.instrument_id, 0), n.kind = 'STOCK', n.kind IN ('STOCK', 'ETF',
        'UNKNOWN'),
            h.weight::float8
        FROM etfs_etf e {LATEST}
        JOIN etfs_etfholding h ON h.etf_id = e.instrument_id AND h.as_of_date = latest.as_of_date
        JOIN etfs_holdingline n ON n.id = h.line_id
        WHERE e.instrument_id = ANY(%s) AND h.weight IS NOT NULL
    """
    with connection.cursor() as cursor:
        return read_rows(cursor, query, [on, list(etf_ids)], COMPOSITION_KINDS)


def snapshot_days(etf_ids: Sequence[int], on: dt.date) -> dict[int, dict[str, Any]]:
    """Fund -> its latest composition's day, currency, source and state."""
    query = f"SELECT {FUND} FROM etfs_etf e JOIN market_instrument f ON f.id = e.instrument_id {LATEST}"
    rows = rows_read(query + " WHERE e.instrument_id = ANY(%s)", [on, list(etf_ids)])
    return {row["etf_id"]: row for row in rows}


def rows_read(query: str, params: Sequence[Any]) -> list[dict[str, Any]]:
    """What a query finds, a row as column -> value."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=False)) for row in cursor.fetchall()]


SPAN_KINDS = {
    "date": "date",
    "line_id": "int4",
    "instrument_id": "int4",
    "shares": "float8",
    "value": "float8",
    "weight": "float8",
}


def span_read(etf_id: int, start: dt.date, end: dt.date) -> np.ndarray:
    """All lines of a fund's served compositions from ``start`` to ``end``, ordered by day: rows of ``SPAN_KINDS``,
    NaN unknown."""
    query = """
        SELECT h.as_of_date, h.line_id, coalesce(n.instrument_id, 0), coalesce(h.shares::float8, 'NaN'),
            coalesce(h.market_value::float8, 'NaN'), coalesce(h.weight::float8, 'NaN')
        FROM etfs_snapshot s JOIN etfs_etfholding h ON h.etf_id = s.etf_id AND h.as_of_date = s.as_of_date
        JOIN etfs_holdingline n ON n.id = h.line_id
        WHERE s.etf_id = %s AND s.is_served AND s.as_of_date BETWEEN %s AND %s ORDER BY h.as_of_date
    """
    with connection.cursor() as cursor:
        return read_rows(cursor, query, [etf_id, start, end], SPAN_KINDS)


def instruments_described(instrument_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Instrument -> what it is; sector and country from any list of holdings where the instrument has none of its
    own."""
    query = """
        SELECT i.id, i.asset_type AS kind, i.id AS instrument_id, i.ticker, i.region, i.name, i.isin AS identifier,
            coalesce(nullif(i.sector, ''), said.sector, '') AS sector, coalesce(said.country, '') AS country, i.currency
        FROM market_instrument i LEFT JOIN LATERAL (
            SELECT max(nullif(n.sector, '')) AS sector, max(nullif(n.country, '')) AS country
            FROM etfs_holdingline n WHERE n.instrument_id = i.id
        ) said ON true WHERE i.id = ANY(%s)
    """
    return {row["id"]: row for row in rows_read(query, [list(instrument_ids)])}


def lines_described(line_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Line -> what it is: kind, ticker, region and name of its instrument where it has one."""
    query = """
        SELECT n.id, n.kind, n.instrument_id, coalesce(i.ticker, n.ticker) AS ticker, coalesce(i.region, '') AS region,
            coalesce(nullif(i.name, ''), n.name) AS name, n.identifier,
            coalesce(nullif(i.sector, ''), n.sector) AS sector, n.country, coalesce(i.currency, n.currency) AS currency
        FROM etfs_holdingline n LEFT JOIN market_instrument i ON i.id = n.instrument_id WHERE n.id = ANY(%s)
    """
    return {row["id"]: row for row in rows_read(query, [list(line_ids)])}
