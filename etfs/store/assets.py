"""Assets of funds as they were known on a day."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection

from etfs.models import ETF


def assets_on(day: dt.date, etf_ids: Sequence[int]) -> dict[int, Decimal]:
    """Fund -> assets in its trading currency: its newest daily figure up to ``day``.

    A fund without any daily figure counts with the assets of its own row, which are of no known day.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.instrument_id, d.total_assets FROM unnest(%s::int[]) AS e (instrument_id)
            CROSS JOIN LATERAL (
                SELECT total_assets FROM etfs_etfdailystat
                WHERE etf_id = e.instrument_id AND date <= %s AND total_assets IS NOT NULL ORDER BY date DESC LIMIT 1
            ) d
            """,
            [list(etf_ids), day],
        )
        found = dict(cursor.fetchall())
        cursor.execute("SELECT DISTINCT etf_id FROM etfs_etfdailystat WHERE etf_id = ANY(%s)", [list(etf_ids)])
        dated = {row[0] for row in cursor.fetchall()}
    undated = ETF.objects.filter(pk__in=set(etf_ids) - dated, total_assets__isnull=False)
    return found | dict(undated.values_list("pk", "total_assets"))
