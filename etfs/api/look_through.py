"""What portfolios really hold, over HTTP."""

from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from etfs.api.answers import AnswerView, RowsView
from etfs.api.fields import AmountField, NumberField, SymbolField, SymbolOf
from etfs.api.filters import AsOfField, FundDayParams
from etfs.services import LookThroughView, etf_get, exposures_get, look_through_get, stocks_get
from etfs.services.look_through import MOST_POSITIONS
from market.api.filters import KnownFields
from market.api.parsers import ShallowJSONParser


class ReadingPermission(BasePermission):
    """For a POST that only reads: open when reading reference data is, else with a login."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.PUBLIC_READ or bool(request.user and request.user.is_authenticated)


class PositionField(serializers.Serializer):
    symbol = SymbolField()
    amount = AmountField(help_text="Money or weight, all in one currency; short ones below 0.")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        unknown = sorted(map(str, set(data) - set(self.fields))) if isinstance(data, dict) else []
        if unknown:
            raise ValidationError({unknown[0]: ["unknown field; known are symbol, amount"]})
        return super().to_internal_value(data)


class LookThroughRequest(KnownFields):
    """The body of a POST: a portfolio of funds and stocks."""

    positions = serializers.ListField(child=PositionField(), min_length=1, max_length=MOST_POSITIONS)
    as_of = AsOfField(allow_null=True, default=None)


class LeafSerializer(serializers.Serializer):
    symbol = SymbolOf()
    name = serializers.CharField()
    kind = serializers.CharField()
    percent = NumberField(help_text="Of the portfolio.")
    through = serializers.DictField(child=NumberField(), help_text="Fund (or `direct`): percent of the portfolio.")


class ExposureSerializer(serializers.Serializer):
    """Exposure in percent: what is covered and what is uncovered add up to 100."""

    covered_percent = NumberField()
    uncovered_percent = NumberField()
    uncovered = serializers.DictField(child=NumberField(), help_text="Reason: percent.")
    as_of_dates = serializers.DictField(child=serializers.DateField(), help_text="Fund: day of its composition.")
    by_sector = serializers.DictField(child=NumberField(), help_text="Largest first.")
    by_country = serializers.DictField(child=NumberField())
    by_currency = serializers.DictField(child=NumberField())


class LookThroughSerializer(ExposureSerializer):
    results = LeafSerializer(many=True)


def _exposure(found: LookThroughView) -> dict[str, Any]:
    by = {f"by_{label}": {row[label]: row["percent"] for row in rows} for label, rows in found.by.items()}
    return vars(found) | by | {"results": found.rows}


class Exposure(AnswerView):
    """Exposure of a fund by sector, country and currency, through the funds inside it."""

    params = FundDayParams
    serializer_class = ExposureSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        return _exposure(exposures_get(fund=etf_get(asked["etf"]), as_of=asked.get("as_of")))


class LookThroughPost(RowsView):
    """What a portfolio of funds and stocks holds in the end."""

    http_method_names = ("post", "options")
    permission_classes = (ReadingPermission,)
    parser_classes = (ShallowJSONParser,)
    serializer_class = LookThroughSerializer

    @extend_schema(
        request=LookThroughRequest,
        responses={200: LookThroughSerializer, 400: OpenApiResponse(description="Field and reason.")},
        description="Exposure of a portfolio by security, sector, country and currency. It stores nothing, so no "
        "permission is needed beyond that to read. Positions named twice are added.",
    )
    def post(self, request: Request) -> HttpResponseBase:
        body = LookThroughRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        instruments = stocks_get([one["symbol"] for one in asked["positions"]])
        amounts = [one["amount"] for one in asked["positions"]]
        found = look_through_get(positions=list(zip(instruments, amounts, strict=True)), as_of=asked["as_of"])
        return self.shown(_exposure(found), {})
