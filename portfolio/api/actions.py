"""Corporate actions that are not in the books, over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from market.api.filters import KnownFields
from market.api.parsers import ShallowJSONParser
from portfolio.api.base import OfPortfolio
from portfolio.api.portfolios import REFUSED
from portfolio.api.serializers import TransactionSerializer, with_assets
from portfolio.models import Transaction
from portfolio.services.corporate_actions import actions_book, actions_missing

MOST = 1_000


class MissingActionSerializer(serializers.Serializer):
    """A split or dividend that happened while its asset was held."""

    id = serializers.IntegerField()
    asset = serializers.CharField(source="instrument")
    ex_date = serializers.DateField()
    kind = serializers.CharField(help_text="SPLIT or DIVIDEND.")
    figure = serializers.FloatField(help_text="New shares per old one; cash per share.")
    quantity = serializers.FloatField(help_text="Held before the ex-date, as the books have it.")
    amount = serializers.FloatField(allow_null=True, help_text="Of a dividend, before tax.")
    currency = serializers.CharField(source="instrument.currency")
    waits_for_split = serializers.BooleanField(help_text="An earlier split is missing: book it first.")


class BookRequest(KnownFields):
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST)


class CorporateActions(OfPortfolio):
    """Splits and cash dividends of what was held that are not in the books, by ex-date. POST books some of them."""

    parser_classes = (ShallowJSONParser,)
    serializer_class = MissingActionSerializer

    @extend_schema(responses={200: MissingActionSerializer(many=True)})
    def get(self, request: Request, pk: int) -> Response:
        return Response({"results": self.get_serializer(actions_missing(portfolio=self.portfolio), many=True).data})

    @extend_schema(request=BookRequest, responses={201: TransactionSerializer(many=True), 400: REFUSED})
    def post(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        asked = BookRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        made = actions_book(portfolio=portfolio, ids=asked.validated_data["ids"])
        rows = with_assets(Transaction.objects.filter(pk__in=[one.pk for one in made])).order_by("date", "pk")
        return Response(TransactionSerializer(rows, many=True).data, status.HTTP_201_CREATED)
