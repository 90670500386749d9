"""What may be asked of strategies, their scores and combinations, checked."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from factors.api.filters import DayOrHistoryParams
from factors.models import JobState
from market.api.filters import DayField, KnownFields, QueryParams, RegionField


class StrategyParams(QueryParams):
    region = RegionField(required=False)


class CompositeParams(DayOrHistoryParams):
    strategy = serializers.CharField(help_text="Its name.")


class CombineRunParams(QueryParams):
    strategy = serializers.CharField(required=False, help_text="Its name.")
    state = serializers.ChoiceField(JobState.choices, required=False)


class StrategyRequest(KnownFields):
    """A strategy as it is to be."""

    name = serializers.CharField(max_length=64)
    region = RegionField()
    factors = serializers.JSONField(help_text="Names, or names with weights (those count for `fixed_weight`).")
    combiner = serializers.CharField(default="equal_weight")
    options = serializers.DictField(default=dict, help_text="Of the combiner.")
    universe = serializers.DictField(default=dict, help_text="Which instruments take part; empty: all.")
    neutralise = serializers.ListField(child=serializers.CharField(), default=list, help_text="Of sector, size.")
    description = serializers.CharField(default="", allow_blank=True)
    is_active = serializers.BooleanField(default=True, help_text="Combined every day after the scores.")


class CombineRequest(KnownFields):
    """Which sessions to combine: ``date``, or ``from`` and ``to``; nothing: the newest scores."""

    date = DayField(required=False, help_text="A session, or `latest`: the newest with factor scores.")

    def get_fields(self) -> dict[str, serializers.Field]:
        wrong = {"invalid": "not a date: write it as YYYY-MM-DD"}
        period = {
            "from": serializers.DateField(required=False, help_text="First session.", error_messages=wrong),
            "to": serializers.DateField(required=False, help_text="Last session.", error_messages=wrong),
        }
        return super().get_fields() | period

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "date" in asked and ("from" in asked or "to" in asked):
            raise ValidationError({"date": ["either date, or from and to"]})
        return super().validate(asked)
