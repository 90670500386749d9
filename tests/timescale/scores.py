"""A few scores, and what the two aggregates must say of them, worked out by hand."""

import datetime as dt

from django.db import connection

from market.models import PriceBar

# Instruments 1 and 2 are Korean, 3 is American. The last score is missing: too few instruments that day.
INSTRUMENTS = """
INSERT INTO market_instrument (id, region, ticker, name, asset_type, exchange, currency, sector, isin, company,
    created_at, updated_at)
SELECT id, region, 'T' || id, '', 'STOCK', '', 'USD', '', '', '', now(), now()
FROM (VALUES (1, 'KR'), (2, 'KR'), (3, 'US')) AS made (id, region)"""

FACTOR = """
INSERT INTO factors_factor (id, name, category, unit, direction, lookback, description)
VALUES (7, 'seven', 'made', 'ratio', 1, 1, '')"""

SCORES = """
INSERT INTO factors_factorscore (date, instrument_id, factor_id, value, score, percentile) VALUES
    ('2024-01-02', 1, 7, 10, 1, 50), ('2024-01-02', 2, 7, 30, 3, 100), ('2024-01-02', 3, 7, 20, -1, 10),
    ('2024-01-31', 1, 7, 11, 2, 60),
    ('2024-02-01', 1, 7, 12, 5, 90), ('2024-02-01', 2, 7, 13, NULL, NULL)"""

MONTHLY = """
SELECT to_char(month, 'YYYY-MM-DD') AS month, instrument_id, factor_id, score_count::int, score_mean, score_stddev,
    score_min, score_max, percentile_mean
FROM factor_scores_monthly ORDER BY 1, 2, 3"""

# month, instrument, factor, count, mean, standard deviation (n - 1; of 1 and 2: the root of 0.5), least, greatest,
# mean percentile
MONTHLY_ROWS = [
    ("2024-01-01", 1, 7, 2, 1.5, 0.707106781, 1.0, 2.0, 55.0),
    ("2024-01-01", 2, 7, 1, 3.0, None, 3.0, 3.0, 100.0),
    ("2024-01-01", 3, 7, 1, -1.0, None, -1.0, -1.0, 10.0),
    ("2024-02-01", 1, 7, 1, 5.0, None, 5.0, 5.0, 90.0),
    ("2024-02-01", 2, 7, 0, None, None, None, None, None),
]

DAILY = """
SELECT to_char(date, 'YYYY-MM-DD') AS date, region, factor_id, score_count::int, score_mean, score_stddev
FROM factor_correlation_daily ORDER BY 1, 2, 3"""

# date, region, factor, count, mean, standard deviation
DAILY_ROWS = [
    ("2024-01-02", "KR", 7, 2, 2.0, 1.414213562),
    ("2024-01-02", "US", 7, 1, -1.0, None),
    ("2024-01-31", "KR", 7, 1, 2.0, None),
    ("2024-02-01", "KR", 7, 1, 5.0, None),
]


# Chunks are 30 days long, counted from 1970-01-01: these three days fall into chunks 657, 658 and 660, those of
# the scores into 657 and 658.
BAR_DAYS = [dt.date(2024, 1, 2), dt.date(2024, 2, 15), dt.date(2024, 3, 29)]


def insert() -> None:
    for statement in (INSTRUMENTS, FACTOR, SCORES):
        query(statement)


def bars(*days: dt.date) -> None:
    """Bars of instrument 1, through the ORM."""
    PriceBar.objects.bulk_create([PriceBar(instrument_id=1, date=day, close=10) for day in days])


def query(statement: str) -> list[tuple]:
    """The rows of a statement, if it has any; figures to nine digits."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [_rounded(row) for row in cursor.fetchall()] if cursor.description else []


def _rounded(row: tuple) -> tuple:
    return tuple(round(value, 9) if isinstance(value, float) else value for value in row)
