"""Query parameters of a portfolio's addresses."""

from rest_framework import serializers

from market.api import filters

EXPLAIN = "With a trail: how every figure was computed, from which rows."
NO_DATE = {"invalid": "not a date: write it as YYYY-MM-DD"}


class OnDayParams(filters.QueryParams):
    """A day."""

    date = serializers.DateField(
        required=False, help_text="The last session on or before it; none: the newest.", error_messages=NO_DATE
    )


class DayParams(OnDayParams):
    """A day, and whether to explain."""

    explain = serializers.BooleanField(default=False, help_text=EXPLAIN)


class PeriodParams(filters.PeriodParams):
    """A period, and whether to explain."""

    explain = serializers.BooleanField(default=False, help_text=EXPLAIN)


class HistoryParams(filters.PeriodParams):
    """A period."""
