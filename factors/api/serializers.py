"""Factors, runs and scores as the API shows them."""

from rest_framework import serializers

from factors.base import Factor
from factors.models import FactorRun, FactorScore


class FactorSerializer(serializers.Serializer):
    """A registered factor."""

    name = serializers.CharField()
    category = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.IntegerField(help_text="1: more is better, -1: less is better.")
    description = serializers.SerializerMethodField()
    needs = serializers.ListField(child=serializers.CharField(), source="inputs", help_text="Figures it is made of.")
    or_else_needs = serializers.ListField(
        child=serializers.CharField(), source="fallback", help_text="A second set of figures that will do."
    )
    min_bars = serializers.IntegerField(help_text="With fewer bars there is no value.")
    lookback = serializers.IntegerField(help_text="Bars it may look at, the as-of bar included.")

    def get_description(self, factor: Factor) -> str:
        return factor.description()


class FactorRunSerializer(serializers.ModelSerializer):
    class Meta:
        model = FactorRun
        fields = "__all__"


class PublicFactorRunSerializer(FactorRunSerializer):
    """For readers who are not logged in: without the texts of exceptions."""

    class Meta:
        model = FactorRun
        exclude = ("message", "errors")


class ScoreSerializer(serializers.ModelSerializer):
    region = serializers.CharField(source="instrument.region", read_only=True)
    ticker = serializers.CharField(source="instrument.ticker", read_only=True)
    name = serializers.CharField(source="instrument.name", read_only=True)
    factor = serializers.CharField(source="factor.name", read_only=True)

    class Meta:
        model = FactorScore
        fields = ("region", "ticker", "name", "date", "factor", "value", "score", "percentile")
