"""What a portfolio risks, as JSON. Percent is percent (12.5 means 12.5 %), positive is a loss; null: not known."""

from rest_framework import serializers

from etfs.api.fields import NumberField
from portfolio.api.performance_serializers import ExplainSerializer
from portfolio.models import PortfolioRiskMetrics
from portfolio.services.risk import FIGURES

Text, Day, Whole = serializers.CharField, serializers.DateField, serializers.IntegerField


class RiskMetricsSerializer(serializers.ModelSerializer):
    """The figures of a session."""

    class Meta:
        model = PortfolioRiskMetrics
        fields = ("date", *FIGURES)


class RiskSerializer(RiskMetricsSerializer):
    """The figures of a session, and how they were computed."""

    explain = ExplainSerializer(required=False)

    class Meta(RiskMetricsSerializer.Meta):
        fields = (*RiskMetricsSerializer.Meta.fields, "explain")


class ContributionSerializer(serializers.Serializer):
    marginal = NumberField(help_text="Percent of risk per 1 of weight.")
    component = NumberField(help_text="weight x marginal; they sum to the total.")
    percent = NumberField(help_text="Of the total; they sum to 100.")


class AssetContributionsSerializer(serializers.Serializer):
    asset = Text()
    weight = NumberField(help_text="Percent of the portfolio.")
    volatility = ContributionSerializer(allow_null=True, help_text="Percent a year.")
    var_95_normal = ContributionSerializer(allow_null=True, help_text="Of a common return.")
    cvar_95 = ContributionSerializer(allow_null=True, help_text="Of a common return.")


class RiskContributionsSerializer(serializers.Serializer):
    """Today's weights over the last 252 returns that all assets have."""

    date = Day()
    first = Day()
    last = Day()
    returns = Whole()
    returns_a_year = NumberField(help_text="252, or fewer where exchanges close on different days.")
    totals = serializers.DictField(child=NumberField(), help_text="volatility, var_95_normal, cvar_95.")
    diversification_ratio = NumberField()
    effective_risks = NumberField()
    left_out = serializers.DictField(child=NumberField(), help_text="Assets with too few closes: weight, percent.")
    results = AssetContributionsSerializer(many=True)
    explain = ExplainSerializer(required=False)


class LikelihoodSerializer(serializers.Serializer):
    statistic = NumberField()
    p_value = NumberField(help_text="Below 0.05 speaks against the VaR.")


class VarTestsSerializer(serializers.Serializer):
    sessions = Whole(help_text="With a forecast.")
    exceptions = Whole(help_text="That lost more.")
    expected = NumberField()
    failures = LikelihoodSerializer(help_text="Kupiec.")
    independence = LikelihoodSerializer(allow_null=True, help_text="Christoffersen.")
    coverage = LikelihoodSerializer(allow_null=True, help_text="Both.")


class VarExceptionSerializer(serializers.Serializer):
    date = Day()
    var = NumberField(help_text="Of the evening before.")

    def get_fields(self) -> dict[str, serializers.Field]:
        return super().get_fields() | {"return": NumberField(help_text="Percent.")}  # a word of Python's


class VarMethodSerializer(serializers.Serializer):
    method = Text(help_text="historical, normal or cornish_fisher.")
    level = Whole(help_text="95 or 99 percent.")
    var = NumberField(help_text="Of the last 252 returns.")
    tests = VarTestsSerializer(allow_null=True, help_text="Null while there are no more than 252 returns.")
    exceptions = VarExceptionSerializer(many=True)


class VarBacktestSerializer(serializers.Serializer):
    """VaR by three methods, and whether it held."""

    date = Day()
    window = Whole(help_text="Returns that each forecast looks at.")
    returns = Whole(help_text="Of the record.")
    results = VarMethodSerializer(many=True)
    explain = ExplainSerializer(required=False)


class HeldCorrelationsSerializer(serializers.Serializer):
    """Matrices in the order of `symbols`."""

    date = Day()
    window = Text()
    currency = Text()
    first = Day(allow_null=True, help_text="The first return ends on it.")
    last = Day(allow_null=True)
    symbols = serializers.ListField(child=Text())
    correlation = serializers.ListField(child=serializers.ListField(child=NumberField()))
    n = serializers.ListField(child=serializers.ListField(child=Whole()), help_text="Common returns.")
    p_value = serializers.ListField(child=serializers.ListField(child=NumberField()))
    average = NumberField()
    maximum = NumberField()
    pair = serializers.ListField(child=Text(), allow_null=True, help_text="Whose correlation is the greatest.")
    pairs_known = Whole()
    pairs = Whole()
    explain = ExplainSerializer(required=False)


class FactorPartSerializer(serializers.Serializer):
    asset = Text()
    weight = NumberField(help_text="Percent of the portfolio.")
    score = NumberField()
    part = NumberField(help_text="weight x score / sum of the weights with a score.")


class FactorExposureSerializer(serializers.Serializer):
    factor = Text()
    exposure = NumberField(help_text="In units of the scores.")
    covered = NumberField(help_text="Percent of the portfolio with a score.")
    uncovered = NumberField()
    parts = FactorPartSerializer(many=True)


class FactorExposuresSerializer(serializers.Serializer):
    """Weighted means of the newest scores of what is held."""

    date = Day()
    dates = serializers.DictField(child=Day(), help_text="Session of the scores, by region.")
    results = FactorExposureSerializer(many=True)
    explain = ExplainSerializer(required=False)
