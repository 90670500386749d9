"""Figures for monitoring, each from one cheap query: indexes walked per fund, small tables counted."""

import datetime as dt
from typing import Any

from django.db import connection

from etfs.models import ETFHolding

COUNTED = 1_000_000  # rows up to which holdings are counted; beyond, the database's own estimate will do


def fund_counts() -> dict[str, int]:
    """Region -> number of funds."""
    return dict(_rows("SELECT region, count(*) FROM etfs_etf GROUP BY region"))


def holdings_total() -> int:
    """Stored lines of compositions: counted, or the estimate of the last ANALYZE where that is above a million."""
    estimate = _rows("SELECT reltuples::bigint FROM pg_class WHERE oid = 'etfs_etfholding'::regclass")[0][0]
    return int(estimate) if estimate > COUNTED else ETFHolding.objects.count()


def last_updates() -> dict[str, float]:
    """Region -> Unix time of the newest import among the newest compositions of its funds."""
    return dict(
        _rows(
            """
            SELECT e.region, extract(epoch FROM max(newest.imported_at))::float8
            FROM etfs_etf e CROSS JOIN LATERAL (
                SELECT s.imported_at FROM etfs_snapshot s WHERE s.etf_id = e.instrument_id
                ORDER BY s.as_of_date DESC LIMIT 1
            ) newest GROUP BY e.region
            """
        )
    )


def run_counts() -> list[tuple[str, str, int]]:
    """(region, state, number) of finished collections and imports."""
    query = """
        SELECT region, state, count(*) FROM etfs_collectrun WHERE finished_at IS NOT NULL
        GROUP BY region, state ORDER BY region, state
    """
    return _rows(query)


def run_seconds() -> dict[str, float]:
    """Region -> how long its last finished collection took."""
    query = """
        SELECT DISTINCT ON (region) region, extract(epoch FROM finished_at - started_at)::float8
        FROM etfs_collectrun WHERE finished_at IS NOT NULL AND started_at IS NOT NULL
        ORDER BY region, finished_at DESC
    """
    return dict(_rows(query))


def error_counts() -> list[tuple[str, str, int]]:
    """(region, error type, number) of answers that were refused or never came."""
    query = """
        SELECT r.region, i.error_type, count(*) FROM etfs_collectitem i JOIN etfs_collectrun r ON r.id = i.run_id
        WHERE i.error_type > '' GROUP BY r.region, i.error_type ORDER BY r.region, i.error_type
    """
    return _rows(query)


def finding_counts() -> list[tuple[str, str, int]]:
    """(region, severity, number) of what the checks found and still holds."""
    query = """
        SELECT e.region, f.severity, count(*) FROM etfs_holdingfinding f JOIN etfs_etf e ON e.instrument_id = f.etf_id
        GROUP BY e.region, f.severity ORDER BY e.region, f.severity
    """
    return _rows(query)


def newest_stat_days() -> dict[str, dt.date]:
    """Region -> the newest day that any of its funds has figures of."""
    return dict(
        _rows(
            """
            SELECT e.region, max(newest.date) FROM etfs_etf e CROSS JOIN LATERAL (
                SELECT d.date FROM etfs_etfdailystat d WHERE d.etf_id = e.instrument_id ORDER BY d.date DESC LIMIT 1
            ) newest GROUP BY e.region
            """
        )
    )


def _rows(query: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()
