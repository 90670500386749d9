"""Limits and alerts of a portfolio, over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from market.api.filters import KnownFields, QueryParams
from market.api.listing import ListView
from portfolio.api.base import OfPortfolio
from portfolio.models import Alert, AlertLimit
from portfolio.services.alerts import alert_limits_set, alert_see


class LimitSerializer(KnownFields):
    """A limit of one kind."""

    kind = serializers.ChoiceField(choices=AlertLimit.Kind.choices)
    limit = serializers.FloatField(min_value=0.0, max_value=100.0, help_text="Percent (percent points of drift).")
    by_email = serializers.BooleanField(default=False)
    above_since = serializers.DateField(read_only=True, allow_null=True, help_text="Session on which it was passed.")


class AlertSerializer(serializers.ModelSerializer):
    """A limit that was passed."""

    class Meta:
        model = Alert
        fields = ("id", "kind", "date", "figure", "limit", "message", "created_at", "seen_at")


class AlertParams(QueryParams):
    seen = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="Only seen ones, or not.")


class Limits(OfPortfolio):
    """The limits of a portfolio; PUT replaces all of them."""

    serializer_class = LimitSerializer
    pagination_class = None

    @extend_schema(responses=LimitSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.portfolio.alert_limits.all(), many=True).data)

    @extend_schema(request=LimitSerializer(many=True), responses=LimitSerializer(many=True))
    def put(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        body: Any = self.get_serializer(data=request.data, many=True, max_length=len(AlertLimit.Kind))
        body.is_valid(raise_exception=True)
        kinds = [row["kind"] for row in body.validated_data]
        twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
        if twice:
            raise serializers.ValidationError({"kind": [f"{twice} is there twice"]})
        rows = alert_limits_set(portfolio=portfolio, limits={row["kind"]: row for row in body.validated_data})
        return Response(self.get_serializer(rows, many=True).data)


class Alerts(OfPortfolio, ListView):
    """Limits that were passed, newest first."""

    serializer_class = AlertSerializer
    params = AlertParams

    def get_queryset(self) -> QuerySet[Alert]:
        seen = self.asked()["seen"]
        rows = self.portfolio.alerts.order_by("-date", "-id")
        return rows if seen is None else rows.filter(seen_at__isnull=not seen)


class AlertSeen(OfPortfolio):
    """Somebody has seen an alert."""

    serializer_class = AlertSerializer

    @extend_schema(request=None)
    def post(self, request: Request, pk: int, alert: int) -> Response:
        return Response(self.get_serializer(alert_see(portfolio=self.portfolio, alert_id=alert)).data)
