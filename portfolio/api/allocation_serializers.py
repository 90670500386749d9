"""Targets and drift as JSON. Percent is percent (12.5 means 12.5 %), drift in percent points; null: not known."""

from rest_framework import serializers

from market.api.filters import KnownFields
from portfolio.api.performance_serializers import ExplainSerializer
from portfolio.models import PortfolioAllocation

PERCENT = {"allow_null": True, "help_text": "Percent."}
POINTS = {"allow_null": True, "help_text": "Percent points."}
MOST_TARGETS = 1_000


class TargetSerializer(serializers.Serializer):
    """What is wanted of an asset."""

    asset = serializers.CharField(allow_null=True, help_text="REGION:TICKER; null is cash.")
    target = serializers.FloatField(help_text="Percent, up to six decimals; those of all active ones sum to 100.")
    minimum = serializers.FloatField(required=False, **PERCENT)
    maximum = serializers.FloatField(required=False, **PERCENT)
    threshold = serializers.FloatField(
        required=False, allow_null=True, help_text="Percent points of drift that are no breach."
    )
    frequency = serializers.ChoiceField(PortfolioAllocation.Frequency.choices, required=False)
    is_active = serializers.BooleanField(required=False, help_text="Whether it counts (true).")


class TargetsSerializer(serializers.Serializer):
    """All targets of a portfolio."""

    targets = TargetSerializer(many=True)


class TargetsRequest(KnownFields):
    """The body of a PUT; the service checks the targets, so that every wrong row is told."""

    targets = serializers.ListField(child=serializers.DictField(), max_length=MOST_TARGETS)


class AssetDriftSerializer(serializers.Serializer):
    """One asset, or CASH."""

    asset = serializers.CharField(help_text="REGION:TICKER, or CASH.")
    name = serializers.CharField()
    value = serializers.FloatField()
    weight = serializers.FloatField(**PERCENT)
    target = serializers.FloatField(**PERCENT)
    drift = serializers.FloatField(**POINTS)
    lower = serializers.FloatField(help_text="The least weight that is no breach.")
    upper = serializers.FloatField(help_text="The greatest weight that is no breach.")
    breach = serializers.CharField(allow_null=True, help_text="BELOW_MINIMUM, ABOVE_MAXIMUM or THRESHOLD.")
    minimum = serializers.FloatField(**PERCENT)
    maximum = serializers.FloatField(**PERCENT)
    threshold = serializers.FloatField(**POINTS)
    frequency = serializers.ChoiceField(PortfolioAllocation.Frequency.choices)
    quantity = serializers.FloatField(allow_null=True)
    price = serializers.FloatField(allow_null=True, help_text="In its currency.")
    price_date = serializers.DateField(allow_null=True)
    currency = serializers.CharField()


class TriggerSerializer(serializers.Serializer):
    """Whether it is time."""

    kind = serializers.CharField(help_text="THRESHOLD or SCHEDULED.")
    due = serializers.BooleanField()
    assets = serializers.ListField(child=serializers.CharField(), help_text="Beyond a limit, or of this schedule.")
    frequency = serializers.CharField(allow_null=True)
    on = serializers.DateField(allow_null=True, help_text="Due since, or next.")
    last = serializers.DateField(allow_null=True, help_text="Plan that was last completed.")
    reason = serializers.CharField(allow_blank=True)


class GroupDriftSerializer(serializers.Serializer):
    """What assets have in common."""

    name = serializers.CharField()
    value = serializers.FloatField()
    weight = serializers.FloatField(**PERCENT)
    target = serializers.FloatField(**PERCENT)
    drift = serializers.FloatField(**POINTS)
    assets = serializers.ListField(child=serializers.CharField())


class GroupingsSerializer(serializers.Serializer):
    """Cash is a group of its own; by currency it joins its currency's."""

    sector = GroupDriftSerializer(many=True)
    asset_type = GroupDriftSerializer(many=True)
    currency = GroupDriftSerializer(many=True)
    country = GroupDriftSerializer(many=True)


class StandingDriftSerializer(serializers.Serializer):
    """Where a portfolio stands."""

    as_of = serializers.DateField(help_text="Session.")
    currency = serializers.CharField()
    value = serializers.FloatField()
    cash = serializers.FloatField()
    total_drift = serializers.FloatField(allow_null=True, help_text="Sum of |drift|, percent points.")
    is_stale = serializers.BooleanField(help_text="Transactions changed since it was valued.")
    triggers = TriggerSerializer(many=True)
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="No targets, transactions without values, old prices."
    )


class AllocationAnalysisSerializer(StandingDriftSerializer):
    """Drift of every asset, cash last, and of groups."""

    assets = AssetDriftSerializer(many=True)
    groups = GroupingsSerializer()
    explain = ExplainSerializer(required=False)
