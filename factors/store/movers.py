"""Whose percentile changed most from one session to another: one pass over a factor's scores of both."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Mover:
    """``percentile`` and ``before``: 0 to 100, on the newer and the older session."""

    region: str
    ticker: str
    name: str
    percentile: float
    before: float

    @property
    def change(self) -> float:
        return self.percentile - self.before


def movers_read(region: str, factor_id: int, date: dt.date, before: dt.date, most: int) -> list[Mover]:
    """The ``most`` largest changes up and as many down, the largest rise first."""
    scores = "SELECT instrument_id, percentile::float8 AS p FROM factors_factorscore WHERE date = %s"
    query = f"""
        WITH now AS MATERIALIZED ({scores} AND factor_id = %s AND percentile IS NOT NULL),
            earlier AS MATERIALIZED ({scores} AND factor_id = %s AND percentile IS NOT NULL),
            moved AS (
                SELECT i.region, i.ticker, i.name, now.p AS now_p, earlier.p AS earlier_p,
                    rank() OVER (ORDER BY now.p - earlier.p DESC, i.id) AS up,
                    rank() OVER (ORDER BY now.p - earlier.p, i.id) AS down
                FROM now JOIN earlier USING (instrument_id) JOIN market_instrument i ON i.id = now.instrument_id
                WHERE i.region = %s AND now.p <> earlier.p
            )
        SELECT region, ticker, name, now_p, earlier_p FROM moved
        WHERE (up <= %s AND now_p > earlier_p) OR (down <= %s AND now_p < earlier_p) ORDER BY up
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [date, factor_id, before, factor_id, region, most, most])
        return [Mover(*row) for row in cursor.fetchall()]
