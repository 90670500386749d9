"""Net flows of funds over a window, summed by the database: one index scan by date."""

import datetime as dt
from typing import Any

from django.db import connection

from etfs.models import ETFDailyStat

RECENT = dt.timedelta(days=10)  # assets older than that before the window are not those it began with


def flows_read(start: dt.date, end: dt.date, region: str = "") -> list[dict[str, Any]]:
    """Each fund with figures on any day of the window: ``net_flow`` in its trading currency (None: no day has one),
    ``days`` with a flow, ``assets_before`` of its newest day in the ten before the window. By fund."""
    query = """
        SELECT e.instrument_id AS etf_id, e.region, i.ticker, i.name, i.currency, e.category, summed.net_flow,
        summed.days,
            before.total_assets::float8 AS assets_before
        FROM (
            SELECT etf_id, sum(net_flow) AS net_flow, count(net_flow) AS days FROM etfs_etfdailystat
            WHERE date BETWEEN %s AND %s GROUP BY etf_id
        ) summed
        JOIN etfs_etf e ON e.instrument_id = summed.etf_id JOIN market_instrument i ON i.id = e.instrument_id
        LEFT JOIN LATERAL (
            SELECT total_assets FROM etfs_etfdailystat d
            WHERE d.etf_id = summed.etf_id AND d.date < %s AND d.date >= %s AND d.total_assets IS NOT NULL
            ORDER BY d.date DESC LIMIT 1
        ) before ON true
        WHERE %s = '' OR e.region = %s
        ORDER BY e.instrument_id
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [start, end, start, _recent(start), region, region])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _recent(day: dt.date) -> dt.date:
    return day - RECENT if day > dt.date.min + RECENT else dt.date.min


def newest_day(region: str = "") -> dt.date | None:
    """The newest day with a flow, of a region or of all."""
    found = ETFDailyStat.objects.filter(net_flow__isnull=False).order_by("-date")
    return (found.filter(etf__region=region) if region else found).values_list("date", flat=True).first()
