"""Strategies, their scores and combinations as the API shows them."""

from rest_framework import serializers

from factors.models import CombineRun, CompositeScore, Strategy


class StrategySerializer(serializers.ModelSerializer):
    factors = serializers.SerializerMethodField(help_text="Names with weights.")

    class Meta:
        model = Strategy
        fields = (
            "name", "description", "region", "factors", "combiner", "options", "universe", "neutralise", "is_active",
            "created_at", "changed_at",
        )  # fmt: skip

    def get_factors(self, strategy: Strategy) -> dict[str, float]:
        return {member.factor.name: member.weight for member in strategy.members.all()}


class CombineRunSerializer(serializers.ModelSerializer):
    """A combination without its long parts; `message` needs a login."""

    strategy = serializers.CharField(source="strategy.name", read_only=True)

    class Meta:
        model = CombineRun
        fields = (
            "id", "strategy", "start", "end", "done_through", "state", "message", "warnings", "score_count", "timings",
            "created_at", "started_at", "finished_at",
        )  # fmt: skip


class PublicCombineRunSerializer(CombineRunSerializer):
    """For readers who are not logged in: without the texts of exceptions."""

    class Meta(CombineRunSerializer.Meta):
        fields = tuple(name for name in CombineRunSerializer.Meta.fields if name != "message")


class CombineRunDetailSerializer(CombineRunSerializer):
    """With weights, model cards and the definition that was combined."""

    class Meta(CombineRunSerializer.Meta):
        fields = (*CombineRunSerializer.Meta.fields, "definition", "weights", "model_cards")


class PublicCombineRunDetailSerializer(CombineRunDetailSerializer):
    class Meta(CombineRunSerializer.Meta):
        fields = tuple(name for name in CombineRunDetailSerializer.Meta.fields if name != "message")


class CompositeSerializer(serializers.ModelSerializer):
    region = serializers.CharField(source="instrument.region", read_only=True)
    ticker = serializers.CharField(source="instrument.ticker", read_only=True)
    name = serializers.CharField(source="instrument.name", read_only=True)

    class Meta:
        model = CompositeScore
        fields = ("region", "ticker", "name", "date", "score", "rank")
