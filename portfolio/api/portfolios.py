"""Portfolios over HTTP: made, listed, changed, deleted."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from market.api.filters import KnownFields, QueryParams
from market.api.listing import ListView
from market.api.parsers import ShallowJSONParser
from portfolio.api.base import OfPortfolio, Refusals
from portfolio.api.serializers import PortfolioColumns, PortfolioSerializer
from portfolio.models import Portfolio
from portfolio.services.access import portfolio_of
from portfolio.services.from_strategy import EQUAL, FILLS, NEXT_CLOSE, WEIGHTINGS, portfolio_from_strategy
from portfolio.services.portfolios import portfolio_create, portfolio_delete, portfolio_update

REFUSED = OpenApiResponse(description="Field and reason.")


class PortfolioParams(QueryParams):
    name = serializers.CharField(required=False, help_text="A part of the name.")
    owner = serializers.CharField(required=False, help_text="User name.")


class FromStrategyRequest(KnownFields):
    """A portfolio of a strategy's best names, bought from a deposit."""

    name = serializers.CharField()
    strategy = serializers.CharField()
    top = serializers.IntegerField(default=10, min_value=1, help_text="How many names.")
    capital = serializers.FloatField(help_text="Deposited first, in the currency of the strategy's region.")
    date = serializers.DateField(allow_null=True, default=None, help_text="Of the composite; null: the newest one.")
    weighting = serializers.ChoiceField(choices=WEIGHTINGS, default=EQUAL)
    lot = serializers.FloatField(default=1.0)
    commission = serializers.FloatField(default=0.0, help_text="Percent of each buy.")
    fill = serializers.ChoiceField(
        choices=FILLS, default=NEXT_CLOSE, help_text="Closes of the session after the composite, or those of its day."
    )


ASKED = PolymorphicProxySerializer(
    component_name="NewPortfolio", serializers=[PortfolioSerializer, FromStrategyRequest],
    resource_type_field_name=None,
)  # fmt: skip


class PortfolioList(Refusals, ListView):
    """Your portfolios by name; of staff who may see all, all. POST makes an empty one or, with ``strategy``, one
    of its best names.
    """

    permission_classes = (IsAuthenticated,)
    parser_classes = (ShallowJSONParser,)
    serializer_class = PortfolioSerializer
    params = PortfolioParams

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        is_csv = getattr(self.request, "accepted_renderer", None) and self.request.accepted_renderer.format == "csv"
        return PortfolioColumns if is_csv else PortfolioSerializer

    def get_queryset(self) -> QuerySet[Portfolio]:
        asked = self.asked()
        columns = {"name": "name__icontains", "owner": "owner__username"}
        chosen = {columns[name]: value for name, value in asked.items()}
        return Portfolio.objects.visible_to(self.request.user).filter(**chosen).select_related("owner").order_by("id")

    @extend_schema(request=ASKED, responses={201: PortfolioSerializer, 400: REFUSED})
    def post(self, request: Request) -> Response:
        made = self._made(request)
        address = reverse("portfolio-detail", args=[made.pk], request=request)
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED, headers={"Location": address})

    def _made(self, request: Request) -> Portfolio:
        of_strategy = isinstance(request.data, dict) and "strategy" in request.data
        asked = (FromStrategyRequest if of_strategy else self.get_serializer_class())(data=request.data)
        asked.is_valid(raise_exception=True)
        fields = dict(asked.validated_data)
        if of_strategy:
            return portfolio_from_strategy(owner=request.user, count=fields.pop("top"), **fields)
        return portfolio_create(owner=request.user, **fields)


class PortfolioDetail(OfPortfolio):
    """One portfolio."""

    parser_classes = (ShallowJSONParser,)
    serializer_class = PortfolioSerializer

    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.portfolio).data)

    @extend_schema(request=PortfolioSerializer(partial=True), responses={200: PortfolioSerializer, 400: REFUSED})
    def patch(self, request: Request, pk: int) -> Response:
        asked = self.get_serializer(self.portfolio, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        changed = portfolio_update(portfolio=self.portfolio, **asked.validated_data)
        return Response(self.get_serializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        portfolio_delete(portfolio=portfolio_of(user=request.user, portfolio_id=pk, action="delete"))
        return Response(status=status.HTTP_204_NO_CONTENT)
