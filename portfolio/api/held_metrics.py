"""Indicators of what a portfolio holds, over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from market.api.filters import QueryParams
from portfolio.api.asset_metrics import IndicatorsField, MetricsSerializer
from portfolio.api.base import OfPortfolio
from portfolio.api.params import NO_DATE
from portfolio.services.asset_metrics import asset_metrics_held


class HeldMetricsParams(QueryParams):
    date = serializers.DateField(
        required=False, help_text="What was held then, with its newest figures by then.", error_messages=NO_DATE
    )
    fields = IndicatorsField(required=False, help_text="Only these indicators; without it, all.")


class HeldMetricsSerializer(serializers.Serializer):
    """``missing``: held, and never computed by that day."""

    as_of = serializers.DateField()
    results = MetricsSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())


class HeldMetrics(OfPortfolio):
    """Technical indicators, volatility, beta, Sharpe ratio, returns of each asset that is held, as last computed."""

    serializer_class = HeldMetricsSerializer

    @extend_schema(parameters=[HeldMetricsParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = HeldMetricsParams.read(request)
        found = asset_metrics_held(portfolio=self.portfolio, as_of=asked.get("date"))
        context: dict[str, Any] = self.get_serializer_context() | {"indicators": asked.get("fields")}
        return Response(HeldMetricsSerializer(found, context=context).data)
