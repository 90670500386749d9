"""Assets of funds as they were known on a day."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef

from etfs.models import ETF, ETFDailyStat


def assets_on(day: dt.date, etf_ids: Sequence[int]) -> dict[int, Decimal]:
    """Fund -> assets in its trading currency: its newest daily figure up to ``day``.

    A fund without a daily figure of its assets on any day counts with those of its own row, which are of no known day.
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
    dated = ETFDailyStat.objects.filter(etf=OuterRef("pk"), total_assets__isnull=False)
    undated = ETF.objects.filter(pk__in=set(etf_ids) - set(found), total_assets__isnull=False).exclude(Exists(dated))
    return found | dict(undated.values_list("pk", "total_assets"))
