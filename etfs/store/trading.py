"""Trading values of instruments and funds by day, for their average (``etfs.calc.tracking.average_last``)."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from django.db import connection

from etfs.models import ETFDailyStat


def trading_values(instrument_ids: Sequence[int], on: dt.date | None, rows: int) -> dict[int, tuple[np.ndarray, str]]:
    """Instrument -> (trading values of its last ``rows`` bars up to ``on`` that have one, their currency); without any,
    left out. Close x volume where the source gives no value and the close is the traded one."""
    query = """
        SELECT i.id, array_agg(b.value), i.currency FROM unnest(%s::int[]) AS w (id)
        JOIN market_instrument i ON i.id = w.id
        CROSS JOIN LATERAL (
            SELECT v.value FROM market_pricebar p CROSS JOIN LATERAL (
                SELECT coalesce(p.trading_value, CASE WHEN p.close_is_adjusted THEN NULL ELSE p.close * p.volume END)
            ) v (value)
            WHERE p.instrument_id = i.id AND p.date <= %s AND v.value IS NOT NULL ORDER BY p.date DESC LIMIT %s
        ) b GROUP BY i.id, i.currency
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [list(instrument_ids), on or dt.date.max, rows])
        return {pk: (np.array(values, dtype=float), currency) for pk, values, currency in cursor.fetchall()}


def own_trading_values(etf_id: int, on: dt.date, rows: int) -> np.ndarray:
    """Trading values of a fund on its last ``rows`` days up to ``on`` that have one, in its currency."""
    known = ETFDailyStat.objects.of(etf_id).filter(date__lte=on, trading_value__isnull=False)
    return np.array(known.values_list("trading_value", flat=True)[:rows], dtype=float)
