"""The admin's view of composite scores: a text key, names left to joins."""

import market.models.columns
from django.db import migrations, models

FORWARD = """
CREATE VIEW factors_compositescore_row AS
SELECT strategy_id || '_' || to_char(date, 'YYYY-MM-DD') || '_' || instrument_id AS key, * FROM factors_compositescore;
"""


class Migration(migrations.Migration):
    dependencies = [("factors", "0004_timescale")]

    operations = [
        migrations.RunSQL(FORWARD, "DROP VIEW factors_compositescore_row;"),
        migrations.CreateModel(
            name="CompositeScoreRow",
            fields=[
                ("key", models.CharField(max_length=48, primary_key=True, serialize=False)),
                ("date", models.DateField()),
                ("score", market.models.columns.RealField()),
                ("rank", models.PositiveIntegerField()),
            ],
            options={"verbose_name": "composite score", "db_table": "factors_compositescore_row", "managed": False},
        ),
    ]
