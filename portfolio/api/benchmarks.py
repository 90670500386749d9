"""What a portfolio is measured against, over HTTP: benchmarks, and where the difference comes from."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from etfs.api.fields import LONGEST_SYMBOL, NumberField
from market.api.filters import KnownFields, PeriodParams, QueryParams
from market.api.parsers import ShallowJSONParser
from portfolio.api.base import OfPortfolio
from portfolio.api.params import EXPLAIN
from portfolio.api.performance_serializers import ExplainSerializer
from portfolio.services.attribution import BY, attribution_report
from portfolio.services.benchmarks import Wanted, benchmark_report, benchmarks_set
from portfolio.services.traits import instrument_of


class BenchmarkParams(QueryParams):
    explain = serializers.BooleanField(default=False, help_text=EXPLAIN)


class BenchmarkRequest(KnownFields):
    """A benchmark to set."""

    symbol = serializers.CharField(max_length=LONGEST_SYMBOL, help_text="REGION:TICKER of an index, a fund or a stock.")
    is_primary = serializers.BooleanField(default=False, help_text="At most one; without any, the first.")


class PortfolioBenchmarkSerializer(serializers.Serializer):
    """How the portfolio stands against a benchmark, over the sessions that both have, in the portfolio's currency."""

    symbol = serializers.CharField()
    name = serializers.CharField()
    is_primary = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True, help_text="Why nothing can be compared.")
    as_of = serializers.DateField(allow_null=True, help_text="The last session compared.")
    sessions = serializers.IntegerField(help_text="Returns compared.")
    tracking_error = NumberField(help_text="Percent a year.")
    information_ratio = NumberField()
    alpha = NumberField(help_text="Percent a year.")
    beta = NumberField()
    excess_return = NumberField(help_text="Percent points, total.")
    correlation = NumberField()
    up_capture = NumberField(help_text="Percent.")
    down_capture = NumberField(help_text="Percent; below 100 the portfolio lost less.")
    explain = ExplainSerializer(required=False)


class Benchmarks(OfPortfolio):
    """The benchmarks of a portfolio, the primary first; PUT replaces all of them."""

    serializer_class = PortfolioBenchmarkSerializer
    pagination_class = None
    parser_classes = (ShallowJSONParser,)

    @extend_schema(parameters=[BenchmarkParams], responses=PortfolioBenchmarkSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        return self._shown(explain=BenchmarkParams.read(request)["explain"])

    @extend_schema(request=BenchmarkRequest(many=True), responses=PortfolioBenchmarkSerializer(many=True))
    def put(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        body: Any = BenchmarkRequest(data=request.data, many=True)
        body.is_valid(raise_exception=True)
        wanted = [Wanted(instrument_of(row["symbol"], "symbol"), row["is_primary"]) for row in body.validated_data]
        benchmarks_set(portfolio=portfolio, benchmarks=wanted)
        return self._shown()

    def _shown(self, *, explain: bool = False) -> Response:
        rows = benchmark_report(portfolio=self.portfolio, explain=explain)
        return Response(self.get_serializer(rows, many=True).data)


class AttributionParams(PeriodParams):
    by = serializers.ChoiceField(BY, default="asset")
    against = serializers.CharField(
        required=False, max_length=LONGEST_SYMBOL,
        help_text="`targets`, or REGION:TICKER (a fund with a stored composition by sector, all else as a whole);"
        " without it the primary benchmark; `none`: contributions alone.",
    )  # fmt: skip
    explain = serializers.BooleanField(default=False, help_text=EXPLAIN)


class AttributionRowSerializer(serializers.Serializer):
    group = serializers.CharField(help_text="An asset or a sector; cash.")
    weight = NumberField(help_text="Mean over the sessions, percent.")
    contribution = NumberField(required=False, help_text="Where nothing is compared: they sum to the return.")
    benchmark_weight = NumberField(required=False)
    allocation = NumberField(required=False)
    selection = NumberField(required=False)
    interaction = NumberField(required=False)
    total = NumberField(required=False, help_text="The three together; they sum to the excess return.")


class ContributionRowSerializer(serializers.Serializer):
    group = serializers.CharField(help_text="An asset or a sector; cash.")
    weight = NumberField(help_text="Mean over the sessions, percent.")
    contribution = NumberField(help_text="They sum to the return.")


class AttributionSerializer(serializers.Serializer):
    """Percent of the period."""

    to = serializers.DateField()
    sessions = serializers.IntegerField()
    by = serializers.CharField()
    groups = serializers.CharField(help_text="What `results` tell apart: as `by`, or `invested and cash`.")
    against = serializers.CharField(allow_null=True)
    formula = serializers.CharField()
    benchmark_return = NumberField(required=False)
    excess_return = NumberField(required=False)
    totals = serializers.DictField(child=NumberField(), required=False)
    composition_date = serializers.DateField(required=False, allow_null=True, help_text="Of the fund.")
    notes = serializers.ListField(child=serializers.CharField(), required=False)
    contributions = ContributionRowSerializer(many=True)
    results = AttributionRowSerializer(many=True)
    explain = ExplainSerializer(required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        words = {"from": serializers.DateField(), "return": NumberField(help_text="Time-weighted.")}  # of Python's, too
        return words | super().get_fields()


class Attribution(OfPortfolio):
    """Where the return of a period came from, by asset or sector."""

    serializer_class = AttributionSerializer

    @extend_schema(parameters=[AttributionParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = AttributionParams.read(request)
        found = attribution_report(
            portfolio=self.portfolio, by=asked["by"], against=asked.get("against"), start=asked.get("from"),
            end=asked.get("to"), explain=asked["explain"],
        )  # fmt: skip
        return Response(self.get_serializer(found).data)
