"""The admin's views of the figures of assets, with text keys; both tables as hypertables where there is TimescaleDB."""

from django.db import migrations

from market.timescale.operations import Arrange
from portfolio.timescale import ASSET_METRICS, CORRELATIONS

METRICS = """
CREATE VIEW asset_performance_metrics_row AS
SELECT to_char(date, 'YYYY-MM-DD') || '_' || instrument_id AS key, * FROM asset_performance_metrics;
"""
PAIRS = """
CREATE VIEW asset_correlations_row AS
SELECT to_char(date, 'YYYY-MM-DD') || '_' || instrument_a_id || '_' || instrument_b_id AS key, *
FROM asset_correlations;
"""


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0002_triggers"), ("market", "0003_timescale")]

    operations = [
        migrations.RunSQL(METRICS, "DROP VIEW asset_performance_metrics_row;"),
        migrations.RunSQL(PAIRS, "DROP VIEW asset_correlations_row;"),
        Arrange(ASSET_METRICS),
        Arrange(CORRELATIONS),
    ]
