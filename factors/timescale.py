"""What TimescaleDB does for scores and factor returns, and the two aggregates of scores.

Migrations name these constants: give a changed one a new name and a new migration.
"""

from market.timescale.ddl import Aggregate, Arrangement, Columnstore, Hypertable

# No instrument or factor has the id 0.
SCORES = Hypertable("factors_factorscore", filler={"instrument_id": "0", "factor_id": "0", "value": "0"})
RETURNS = Hypertable("factors_factorreturn", filler={"region": "'--'", "factor_id": "0", "coverage": "0", "count": "0"})

# Segments by factor: the scores of one factor resemble each other; by instrument, then date: those of one instrument
# stand together (docs/timescaledb.md has the ratios).
SCORES_BY_COLUMN = Columnstore(
    "factors_factorscore",
    segment_by="factor_id",
    order_by="instrument_id, date",
    key="date, instrument_id, factor_id",
)

MONTHLY = Aggregate(
    "factor_scores_monthly",
    bucket="month",
    width="1 month",
    source="date",
    columns=(
        "instrument_id",
        "factor_id",
        "count(score) AS score_count",
        "avg(score) AS score_mean",
        "stddev(score) AS score_stddev",
        "min(score) AS score_min",
        "max(score) AS score_max",
        "avg(percentile) AS percentile_mean",
    ),
    tables="factors_factorscore",
    key=("month", "instrument_id", "factor_id"),
)

DAILY = Aggregate(
    "factor_correlation_daily",
    bucket="date",
    width="1 day",
    source="s.date",
    columns=(
        "i.region",
        "s.factor_id",
        "count(s.score) AS score_count",
        "avg(s.score) AS score_mean",
        "stddev(s.score) AS score_stddev",
    ),
    tables="factors_factorscore s JOIN market_instrument i ON i.id = s.instrument_id",
    key=("date", "region", "factor_id"),
)

ARRANGEMENTS: tuple[Arrangement, ...] = (SCORES, RETURNS, SCORES_BY_COLUMN, MONTHLY, DAILY)
