"""The admin's view of scores: a text key, names left to joins."""

from django.db import migrations

FORWARD = """
CREATE VIEW factors_factorscore_row AS
SELECT to_char(date, 'YYYY-MM-DD') || '_' || instrument_id || '_' || factor_id AS key, * FROM factors_factorscore;
"""


class Migration(migrations.Migration):
    dependencies = [("factors", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, "DROP VIEW factors_factorscore_row;")]
