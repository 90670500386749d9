"""The books of a portfolio over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from market.api.filters import NamesField, PeriodParams, QueryParams
from market.api.listing import ListView
from market.api.parsers import ShallowJSONParser
from portfolio.api.base import OfPortfolio
from portfolio.api.portfolios import REFUSED
from portfolio.api.serializers import TransactionRequest, TransactionSerializer, with_assets
from portfolio.models import Transaction
from portfolio.services.assets import assets_get
from portfolio.services.errors import PortfolioError
from portfolio.services.transactions import (
    transaction_add,
    transaction_update,
    transactions_add,
    transactions_delete,
)

MOST_AT_ONCE = 5_000  # rows of a request
NEWEST_FIRST = ("-date", "-sequence", "-id")


class TransactionParams(PeriodParams):
    """Narrows the list."""

    kind = serializers.ChoiceField(Transaction.Kind.choices, required=False)
    asset = serializers.CharField(required=False, help_text="REGION:TICKER, a ticker of one region alone, or an ISIN.")

    def validate_asset(self, symbol: str) -> int:
        found = assets_get(symbols=[symbol])[symbol]
        if isinstance(found, str):
            raise serializers.ValidationError(found)
        return found.pk


class DeleteParams(QueryParams):
    ids = NamesField(help_text="Keys, separated by commas.")

    def validate_ids(self, names: list[str]) -> list[int]:
        if not names or not all(one.isascii() and one.isdecimal() and len(one) < 19 for one in names):
            raise serializers.ValidationError("keys of transactions are expected, separated by commas")
        return [int(one) for one in names]


class TransactionList(OfPortfolio, ListView):
    """Transactions, the newest first; as CSV a file that can be imported. POST books one, or a list of them: all of it
    or nothing.
    """

    parser_classes = (ShallowJSONParser,)
    serializer_class = TransactionSerializer
    params = TransactionParams

    def get_queryset(self) -> QuerySet[Transaction]:
        asked = self.asked()
        rows = self.portfolio.transactions.between(asked.pop("from", None), asked.pop("to", None))
        columns = {"asset": "instrument_id"}
        chosen = {columns.get(name, name): value for name, value in asked.items()}
        return with_assets(rows.filter(**chosen)).order_by(*NEWEST_FIRST)

    @extend_schema(
        request=TransactionRequest, responses={201: TransactionSerializer(many=True), 400: REFUSED},
        description="Book one transaction (an object) or several (a list): all or none. A 400 names field and reason,"
        " of a list under `rows` every wrong row, counted from 1.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        asked = request.data
        is_list = isinstance(asked, list)
        if is_list:
            if not all(isinstance(one, Mapping) for one in asked):
                raise ParseError("a list of objects is expected, one per transaction")
            if len(asked) > MOST_AT_ONCE:
                raise PortfolioError(
                    f"transactions: at most {MOST_AT_ONCE:,}, not {len(asked):,}: import a file of more"
                )
            made = transactions_add(portfolio=self.portfolio, rows=asked, source="API")
        else:
            made = [transaction_add(portfolio=self.portfolio, source="API", **_fields(asked))]
        rows = with_assets(Transaction.objects.filter(pk__in=[one.pk for one in made])).order_by("pk")
        told = self.get_serializer(rows, many=True).data
        return Response(told if is_list else told[0], status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="portfolios_transactions_destroy_several", parameters=[DeleteParams],
        responses={204: None, 400: REFUSED},
        description="Delete several at once, as the two sides of exchanged cash have to be.",
    )  # fmt: skip
    def delete(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        transactions_delete(portfolio=portfolio, ids=DeleteParams.read(request)["ids"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class TransactionDetail(OfPortfolio):
    """One transaction."""

    parser_classes = (ShallowJSONParser,)
    serializer_class = TransactionSerializer

    def entry(self, number: int) -> Transaction:
        found = with_assets(self.portfolio.transactions.select_related("portfolio")).filter(pk=number).first()
        if found is None:
            raise NotFound(f"no transaction #{number} in this portfolio")
        return found

    def get(self, request: Request, pk: int, number: int) -> Response:
        return Response(self.get_serializer(self.entry(number)).data)

    @extend_schema(request=TransactionRequest, responses={200: TransactionSerializer, 400: REFUSED})
    def patch(self, request: Request, pk: int, number: int) -> Response:
        transaction_update(entry=self.entry(number), **_fields(request.data))
        return self.get(request, pk, number)

    @extend_schema(responses={204: None, 400: REFUSED})
    def delete(self, request: Request, pk: int, number: int) -> Response:
        transactions_delete(portfolio=self.portfolio, ids=[self.entry(number).pk])
        return Response(status=status.HTTP_204_NO_CONTENT)


def _fields(asked: Any) -> dict[str, Any]:
    """The fields of an object; those of the service's own names are no fields of a transaction."""
    if not isinstance(asked, Mapping):
        raise ParseError("an object is expected")
    for name in ("portfolio", "entry", "source"):
        if name in asked:
            raise serializers.ValidationError({name: ["unknown field"]})
    return dict(asked)
