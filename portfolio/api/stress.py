"""What could happen to a portfolio, over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from etfs.api.fields import AmountField, NumberField
from market.api.filters import KnownFields, NamesField
from portfolio.api.params import EXPLAIN, DayParams
from portfolio.api.performance_serializers import ExplainSerializer
from portfolio.api.reading import ReadingPost
from portfolio.calc.stress import HISTORICAL, KINDS, Shock
from portfolio.services.stress import MOST_SESSIONS, stress_historical, stress_reverse, stress_shocks
from portfolio.services.traits import pairs_of

MOST_SHOCKS = 50


class StressParams(DayParams):
    window = NamesField(required=False, help_text=", ".join(one.name for one in HISTORICAL))

    def get_fields(self) -> dict[str, serializers.Field]:
        told = "SYMBOL=PROXY, separated by commas: what stands in for an asset without prices then."
        return super().get_fields() | {"proxy": NamesField(required=False, help_text=told)}


class ShockRequest(KnownFields):
    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField(max_length=100, help_text="REGION:TICKER, a sector, a factor or `market`, a currency.")
    size = AmountField(min_value=-100.0, max_value=10_000.0, help_text="Percent.")


class ReverseRequest(KnownFields):
    loss = AmountField(help_text="Percent, above 0.")
    sessions = serializers.IntegerField(default=1, min_value=1, max_value=MOST_SESSIONS)


class StressRequest(KnownFields):
    """Shocks that hit at once, or a loss whose most likely way is asked for; one of the two, or both."""

    shocks = ShockRequest(many=True, required=False, max_length=MOST_SHOCKS)
    reverse = ReverseRequest(required=False, allow_null=True)
    date = serializers.DateField(required=False, allow_null=True, help_text="The last session on or before it.")
    explain = serializers.BooleanField(default=False, help_text=EXPLAIN)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        asked = super().validate(asked)
        if not asked.get("shocks") and not asked.get("reverse"):
            raise serializers.ValidationError({"shocks": ["shocks or reverse is needed"]})
        return asked


class StressedAssetSerializer(serializers.Serializer):
    asset = serializers.CharField()
    weight = NumberField(help_text="Percent.")
    change = NumberField(help_text="Percent; null: no data.")
    contribution = NumberField(help_text="Percent points of the portfolio.")
    source = serializers.CharField(help_text="What the change is from.")


class StressSerializer(serializers.Serializer):
    """A negative change is a loss."""

    name = serializers.CharField()
    title = serializers.CharField(required=False)
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)
    change = NumberField(help_text="Percent; assets without data stand still.")
    covered = NumberField(help_text="Percent of the portfolio with data.")
    change_if_alike = NumberField(help_text="As if the rest had moved as what is covered.")
    note = serializers.CharField(allow_blank=True, help_text="Where less than half has data: the three together.")
    assets = StressedAssetSerializer(many=True)
    explain = ExplainSerializer(required=False)


class StressesSerializer(serializers.Serializer):
    date = serializers.DateField()
    results = StressSerializer(many=True)


class ReversedAssetSerializer(serializers.Serializer):
    asset = serializers.CharField()
    weight = NumberField()
    change = NumberField()
    contribution = NumberField()


class ReverseSerializer(serializers.Serializer):
    """The smallest shock, in standard deviations, that loses so much."""

    date = serializers.DateField()
    first = serializers.DateField(help_text="Of the returns that the covariance is of.")
    last = serializers.DateField()
    returns = serializers.IntegerField(help_text="Common to what is held.")
    returns_a_year = NumberField(help_text="252, or fewer where exchanges close on different days.")
    loss = NumberField()
    sessions = serializers.IntegerField()
    distance = NumberField(help_text="Standard deviations.")
    probability = NumberField(help_text="Normal, of a loss as great.")
    limited = serializers.ListField(child=serializers.CharField(), help_text="Held at a loss of everything.")
    left_out = serializers.DictField(child=NumberField(), help_text="Assets with too few closes: weight, percent.")
    assets = ReversedAssetSerializer(many=True)
    explain = ExplainSerializer(required=False)


class StressAnswerSerializer(serializers.Serializer):
    shocks = StressSerializer(allow_null=True)
    reverse = ReverseSerializer(allow_null=True)


class StressTest(ReadingPost):
    """Today's weights in bad times of the past (GET), under shocks, and the other way round (POST)."""

    serializer_class = StressesSerializer

    @extend_schema(parameters=[StressParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = StressParams.read(request)
        found = stress_historical(
            portfolio=self.portfolio, as_of=asked.get("date"), windows=asked.get("window", ()),
            proxies=pairs_of(asked.get("proxy", ()), "proxy"), explain=asked["explain"],
        )  # fmt: skip
        return Response(self.get_serializer(found).data)

    @extend_schema(request=StressRequest, responses=StressAnswerSerializer)
    def post(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        body = StressRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        shocks, reverse = [Shock(**one) for one in asked.get("shocks", ())], asked.get("reverse")
        how = {"portfolio": portfolio, "as_of": asked.get("date"), "explain": asked["explain"]}
        found = {
            "shocks": stress_shocks(shocks=shocks, **how) if shocks else None,
            "reverse": stress_reverse(**reverse, **how) if reverse else None,
        }
        return Response(StressAnswerSerializer(found).data)
