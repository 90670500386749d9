"""The admin's view of factor returns: a text key, names left to joins."""

from django.db import migrations, models

FORWARD = """
CREATE VIEW factors_factorreturn_row AS
SELECT to_char(date, 'YYYY-MM-DD') || '_' || region || '_' || factor_id AS key, * FROM factors_factorreturn;
"""


class Migration(migrations.Migration):
    dependencies = [("factors", "0006_aggregate_models")]

    operations = [
        migrations.RunSQL(FORWARD, "DROP VIEW factors_factorreturn_row;"),
        migrations.CreateModel(
            name="FactorReturnRow",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("date", models.DateField()),
                ("region", models.CharField(max_length=2)),
                ("value", models.FloatField(null=True)),
                ("ic", models.FloatField(null=True)),
                ("coverage", models.FloatField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={"verbose_name": "factor return", "db_table": "factors_factorreturn_row", "managed": False},
        ),
    ]
