"""Assets of funds as they were known on a day."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection


def assets_sql(fund: str, currency: str) -> str:
    """SQL of the assets of ``fund`` (its id) in its trading ``currency``, NULL unknown; takes the day as parameter,
    twice.

    The newest daily figure up to the day, else what the fund's latest composition on it is worth (where that is of the
    whole fund and in the same currency). The assets on a fund's own row are of no known day: never asked.
    """
    return f"""
        coalesce(
            (SELECT d.total_assets FROM etfs_etfdailystat d
             WHERE d.etf_id = {fund} AND d.date <= %s AND d.total_assets IS NOT NULL ORDER BY d.date DESC LIMIT 1),
            (SELECT CASE WHEN NOT s.per_unit AND s.currency = {currency} THEN s.market_value END FROM etfs_snapshot s
             WHERE s.etf_id = {fund} AND s.is_served AND s.as_of_date <= %s ORDER BY s.as_of_date DESC LIMIT 1)
        )
    """


def assets_on(day: dt.date, etf_ids: Sequence[int]) -> dict[int, Decimal]:
    """Fund -> assets in its trading currency as known on the day; funds of which nobody knows them are left out."""
    query = f"""
        SELECT id, assets FROM (
            SELECT i.id, {assets_sql("i.id", "i.currency")} AS assets FROM market_instrument i WHERE i.id = ANY(%s)
        ) known WHERE assets IS NOT NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [day, day, list(etf_ids)])
        return dict(cursor.fetchall())
