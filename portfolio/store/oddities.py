"""What bars say about transactions: prices far from the close, adjusted closes, growth by dividends. A query each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

# Joined in one direction: a probe of the bars' key for each trade that has a price in the asset's currency.
_APART = """
SELECT i.region || ':' || i.ticker, t.date, t.price::float8, b.close
FROM portfolio_transaction t
JOIN market_instrument i ON i.id = t.instrument_id AND i.currency = t.currency
JOIN market_pricebar b ON b.instrument_id = t.instrument_id AND b.date = t.date
WHERE t.portfolio_id = %s AND t.date <= %s AND t.kind IN ('BUY', 'SELL') AND t.price IS NOT NULL
  AND abs(t.price::float8 - b.close) > %s * b.close
ORDER BY t.date, t.id
"""
# Growth of the factor from the first bar held to the last, without what splits contribute where closes are raw.
_BEHIND = """
SELECT held.id, held.has_split, held.has_dividend, bar.adjusted,
       bar.factor / first.factor / CASE WHEN bar.adjusted THEN 1 ELSE coalesce(splits.ratio, 1) END
FROM (SELECT instrument_id AS id, min(date) AS since, bool_or(kind = 'SPLIT') AS has_split,
             bool_or(kind = 'DIVIDEND') AS has_dividend
      FROM portfolio_transaction
      WHERE portfolio_id = %s AND instrument_id = ANY(%s) AND date <= %s GROUP BY instrument_id) held
CROSS JOIN LATERAL (SELECT date, adjustment_factor AS factor FROM market_pricebar
                    WHERE instrument_id = held.id AND date >= held.since ORDER BY date LIMIT 1) first
CROSS JOIN LATERAL (SELECT date, adjustment_factor AS factor, close_is_adjusted AS adjusted FROM market_pricebar
                    WHERE instrument_id = held.id AND date <= %s ORDER BY date DESC LIMIT 1) bar
CROSS JOIN LATERAL (SELECT exp(sum(ln(ratio))) AS ratio FROM market_corporateaction
                    WHERE instrument_id = held.id AND kind <> 'CASH_DIVIDEND' AND ratio > 0
                      AND ex_date > first.date AND ex_date <= bar.date) splits
"""


@dataclass(frozen=True)
class PriceApart:
    """A trade at ``price``, on a day that closed at ``close``."""

    symbol: str
    date: dt.date
    price: float
    close: float


@dataclass(frozen=True)
class Bars:
    """Of an asset since its first transaction. ``growth``: of the adjusted close over that of the close but for splits;
    above 1 where dividends were paid (splits: whatever else changed the number or the price of shares).
    """

    has_split: bool = False
    has_dividend: bool = False
    close_is_adjusted: bool = False
    growth: float = 1.0


def prices_apart(portfolio_id: int, until: dt.date, apart: float) -> list[PriceApart]:
    """Buys and sells up to a day whose price is further than the fraction ``apart`` from that day's raw close; in the
    asset's currency, with a bar on the day.
    """
    with connection.cursor() as cursor:
        cursor.execute(_APART, [portfolio_id, until, apart])
        return [PriceApart(*row) for row in cursor.fetchall()]


def bars_behind(portfolio_id: int, instruments: Sequence[int], until: dt.date) -> dict[int, Bars]:
    """By instrument, those that have bars since they were first booked."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, [portfolio_id, list(instruments), until, until])
        return {one: Bars(*rest) for one, *rest in cursor.fetchall()}
