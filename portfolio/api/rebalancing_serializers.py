"""Plans and proposals as JSON. Percent is percent, drift in percent points, money in the base currency unless told."""

from rest_framework import serializers

from market.api import filters
from market.api.filters import KnownFields, QueryParams
from portfolio.api.allocation_serializers import StandingDriftSerializer
from portfolio.api.params import NO_DATE
from portfolio.models import RebalancingEvent, RebalancingStep

MOST_FILLS = 1_000


class RecommendationParams(QueryParams):
    date = serializers.DateField(
        required=False, help_text="The last session on or before it; none: the newest.", error_messages=NO_DATE
    )
    deposit = serializers.FloatField(default=0.0, min_value=0.0, help_text="Paid in first, base currency.")


class ProposeRequest(KnownFields):
    """What to plan."""

    mode = serializers.ChoiceField(RebalancingEvent.Mode.choices, default=RebalancingEvent.Mode.FULL)
    deposit = serializers.FloatField(default=0.0, min_value=0.0, help_text="Paid in first, base currency.")
    date = serializers.DateField(
        required=False, allow_null=True, default=None, error_messages=NO_DATE,
        help_text="The last session on or before it; none: the newest.",
    )  # fmt: skip
    replace = serializers.BooleanField(default=False, help_text="Cancel the proposal that is open.")
    reason = serializers.CharField(default="", allow_blank=True, max_length=300)


class NoteRequest(KnownFields):
    note = serializers.CharField(default="", allow_blank=True, max_length=500)


class FillSerializer(serializers.Serializer):
    """What was really traded of one asset; the rest is as planned, fee and tax by their share of the quantity."""

    asset = serializers.CharField(help_text="REGION:TICKER")
    quantity = serializers.FloatField(required=False, help_text="Shares; 0: not traded.")
    price = serializers.FloatField(required=False, help_text="In the asset's currency, as fee and tax.")
    fee = serializers.FloatField(required=False)
    tax = serializers.FloatField(required=False)
    date = serializers.DateField(required=False, help_text="From the plan's day to today.")


class CompleteSchema(serializers.Serializer):
    """How it was carried out."""

    fills = FillSerializer(many=True, required=False)
    force = serializers.BooleanField(default=False, help_text="Though transactions or prices are newer than the plan.")
    note = serializers.CharField(default="", allow_blank=True, max_length=500)


class CompleteRequest(NoteRequest):
    """The body of a POST; the service checks the fills, so that every wrong row is told."""

    fills = serializers.ListField(child=serializers.DictField(), default=list, max_length=MOST_FILLS)
    force = serializers.BooleanField(default=False)


class ActionSerializer(serializers.Serializer):
    """One trade of a plan."""

    number = serializers.IntegerField()
    asset = serializers.CharField(help_text="REGION:TICKER")
    name = serializers.CharField()
    side = serializers.ChoiceField(["BUY", "SELL"])
    quantity = serializers.FloatField()
    price = serializers.FloatField(help_text="Close of price_date, in the asset's currency.")
    price_date = serializers.DateField(allow_null=True)
    currency = serializers.CharField()
    rate = serializers.FloatField(help_text="Base currency for one unit of currency.")
    value = serializers.FloatField()
    commission = serializers.FloatField()
    tax = serializers.FloatField(help_text="Estimate.")


class PlannedWeightSerializer(serializers.Serializer):
    """Percent before and after."""

    asset = serializers.CharField()
    before = serializers.FloatField()
    after = serializers.FloatField()


class PlanSerializer(serializers.Serializer):
    """The plan of a mode; `reason` says why it has no actions, `notes` what keeps an asset off its goal."""

    mode = serializers.ChoiceField(RebalancingEvent.Mode.choices)
    reason = serializers.CharField(allow_null=True)
    notes = serializers.ListField(child=serializers.CharField())
    turnover = serializers.FloatField(help_text="Half of what is bought and sold, percent of the value.")
    commission = serializers.FloatField()
    tax = serializers.FloatField()
    drift_before = serializers.FloatField()
    drift_after = serializers.FloatField()
    cash_before = serializers.FloatField(help_text="With the deposit.")
    cash_after = serializers.FloatField()
    actions = ActionSerializer(many=True)
    weights = PlannedWeightSerializer(many=True)


class RecommendationsSerializer(StandingDriftSerializer):
    """Triggers and the plan of each mode; nothing is stored."""

    deposit = serializers.FloatField()
    plans = PlanSerializer(many=True)


class StateAssetSerializer(serializers.Serializer):
    """An asset, or CASH, which has no quantity and no price."""

    asset = serializers.CharField()
    quantity = serializers.FloatField(required=False)
    price = serializers.FloatField(required=False, allow_null=True)
    currency = serializers.CharField(required=False)
    rate = serializers.FloatField(required=False)
    value = serializers.FloatField()
    weight = serializers.FloatField(allow_null=True)
    target = serializers.FloatField()
    drift = serializers.FloatField(allow_null=True)


class BookStateSerializer(serializers.Serializer):
    """A portfolio before or after a plan, at the closes of its day."""

    as_of = serializers.DateField()
    value = serializers.FloatField()
    cash = serializers.DictField(child=serializers.FloatField(), help_text="By currency.")
    rates = serializers.DictField(child=serializers.FloatField(), help_text="Base currency for one unit.")
    cash_value = serializers.FloatField()
    total_drift = serializers.FloatField(allow_null=True)
    assets = StateAssetSerializer(many=True)


class StepSerializer(serializers.ModelSerializer):
    """Who brought it to a status."""

    user = serializers.CharField(source="user.username", read_only=True, allow_null=True)

    class Meta:
        model = RebalancingStep
        fields = ("status", "user", "note", "at")


class EventSerializer(serializers.ModelSerializer):
    """A proposal in a list."""

    class Meta:
        model = RebalancingEvent
        fields = (
            "id", "trigger", "mode", "status", "as_of", "reason", "deposit", "turnover", "cost", "tax", "error",
            "created_at", "decided_at", "finished_at",
        )  # fmt: skip


class EventDetailSerializer(EventSerializer):
    """One proposal with its trades, the portfolio before and after, and who decided what."""

    actions = ActionSerializer(many=True, read_only=True)
    pre_state = BookStateSerializer(read_only=True)
    post_state = BookStateSerializer(read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)
    steps = StepSerializer(many=True, read_only=True)

    class Meta(EventSerializer.Meta):
        fields = (*EventSerializer.Meta.fields, "notes", "actions", "pre_state", "post_state", "steps")


class ProposalSerializer(serializers.Serializer):
    """What was proposed; `event` is null where nothing is, then `reason` says why."""

    event = EventDetailSerializer(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    notes = serializers.ListField(child=serializers.CharField())


class EventParams(filters.PeriodParams):
    """``from`` and ``to``: the session planned on."""

    status = serializers.ChoiceField(RebalancingEvent.Status.choices, required=False)
    trigger = serializers.ChoiceField(RebalancingEvent.Trigger.choices, required=False)
    mode = serializers.ChoiceField(RebalancingEvent.Mode.choices, required=False)
