"""Average trading values of instruments."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from etfs.models import ETFDailyStat


def trading_values(instrument_ids: Sequence[int], on: dt.date | None, bars: int) -> dict[int, tuple[float, str]]:
    """Instrument -> (mean trading value of its last ``bars`` bars up to ``on``, its currency); those without such
    bars are left out. Close x volume where the source gives no value and the close is the traded one."""
    query = """
        SELECT i.id, avg(b.value), i.currency FROM unnest(%s::int[]) AS w (id) JOIN market_instrument i ON i.id = w.id
        CROSS JOIN LATERAL (
            SELECT coalesce(trading_value, CASE WHEN close_is_adjusted THEN NULL ELSE close * volume END) AS value
            FROM market_pricebar WHERE instrument_id = i.id AND date <= %s ORDER BY date DESC LIMIT %s
        ) b GROUP BY i.id, i.currency HAVING count(b.value) = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [list(instrument_ids), on or dt.date.max, bars, bars])
        return {pk: (value, currency) for pk, value, currency in cursor.fetchall()}


def own_trading_value(etf_id: int, on: dt.date, days: int) -> float | None:
    """Mean trading value of a fund over its last ``days`` days up to ``on`` that have one; None with fewer of them."""
    known = ETFDailyStat.objects.of(etf_id).filter(date__lte=on, trading_value__isnull=False)
    values = [float(value) for value in known.values_list("trading_value", flat=True)[:days] if value is not None]
    return sum(values) / days if len(values) == days else None
