"""Bars as a hypertable, where the server has TimescaleDB."""

from django.db import migrations

from market.timescale.operations import Arrange
from market.timescale.registry import BARS


class Migration(migrations.Migration):
    dependencies = [("market", "0002_views_and_change_triggers")]

    operations = [Arrange(BARS)]
