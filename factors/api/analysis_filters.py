"""What may be asked of analyses, checked."""

from rest_framework import serializers

from factors.api.filters import FactorNamesField
from factors.models import FactorAnalysis, JobState
from factors.services import ANALYSIS_DEFAULT
from market.api.filters import KnownFields, QueryParams, RegionField

WRONG_DATE = {"invalid": "not a date: write it as YYYY-MM-DD"}


class AnalysisParams(QueryParams):
    region = RegionField(required=False)
    state = serializers.ChoiceField(JobState.choices, required=False)
    factor = FactorNamesField(required=False, help_text="Analyses of all of these factors.")


class AnalysisRequest(KnownFields):
    """The body of a POST: what to analyse. ``from`` and ``to`` are added by name (``from`` is a word of Python's)."""

    region = RegionField()
    factors = FactorNamesField(help_text="One or more.")
    horizons = serializers.ListField(
        child=serializers.IntegerField(), default=list(ANALYSIS_DEFAULT.horizons), help_text="Sessions, 1 to 252."
    )
    quantiles = serializers.IntegerField(default=ANALYSIS_DEFAULT.quantiles, help_text="2 to 20.")
    window = serializers.IntegerField(default=ANALYSIS_DEFAULT.window, help_text="Sessions of turnover, 1 to 252.")
    demean = serializers.BooleanField(default=False, help_text="Quantile returns less the mean of the session.")

    def get_fields(self) -> dict[str, serializers.Field]:
        of_scores = {"required": False, "error_messages": WRONG_DATE}
        period = {
            "from": serializers.DateField(help_text="First day; without it, of the first scores.", **of_scores),
            "to": serializers.DateField(help_text="Last day; without it, of the newest scores.", **of_scores),
        }
        return super().get_fields() | period


class AnalysisSerializer(serializers.ModelSerializer):
    """An analysis without its result."""

    class Meta:
        model = FactorAnalysis
        exclude = ("result",)


class PublicAnalysisSerializer(AnalysisSerializer):
    """For readers who are not logged in: without the texts of exceptions."""

    class Meta:
        model = FactorAnalysis
        exclude = ("result", "message")


class AnalysisDetailSerializer(AnalysisSerializer):
    """An analysis and its result (null until it is done); `result.units` says in what its figures are."""

    result = serializers.JSONField(read_only=True)

    class Meta:
        model = FactorAnalysis
        fields = "__all__"


class PublicAnalysisDetailSerializer(AnalysisDetailSerializer):
    class Meta:
        model = FactorAnalysis
        exclude = ("message",)
