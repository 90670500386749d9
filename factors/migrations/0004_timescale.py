"""Scores and factor returns as hypertables, old scores by column, and the two aggregates of scores.

On a server without TimescaleDB: the two aggregates as materialised views, nothing else.
"""

from django.db import migrations

from factors.timescale import DAILY, MONTHLY, RETURNS, SCORES, SCORES_BY_COLUMN
from market.timescale.operations import Arrange


class Migration(migrations.Migration):
    dependencies = [
        ("factors", "0003_history_strategies_analyses_formulas"),
        ("market", "0003_timescale"),
    ]

    operations = [Arrange(one) for one in (SCORES, RETURNS, SCORES_BY_COLUMN, MONTHLY, DAILY)]
