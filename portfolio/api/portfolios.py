"""Portfolios over HTTP: made, listed, changed, deleted."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from market.api.filters import QueryParams
from market.api.listing import ListView
from market.api.parsers import ShallowJSONParser
from portfolio.api.base import OfPortfolio, Refusals
from portfolio.api.serializers import PortfolioSerializer
from portfolio.models import Portfolio
from portfolio.services.access import portfolio_of
from portfolio.services.portfolios import portfolio_create, portfolio_delete, portfolio_update

REFUSED = OpenApiResponse(description="Field and reason.")


class PortfolioParams(QueryParams):
    name = serializers.CharField(required=False, help_text="A part of the name.")
    owner = serializers.CharField(required=False, help_text="User name.")


class PortfolioList(Refusals, ListView):
    """Your portfolios by name; of staff who may see all, all. POST makes one."""

    permission_classes = (IsAuthenticated,)
    parser_classes = (ShallowJSONParser,)
    serializer_class = PortfolioSerializer
    params = PortfolioParams

    def get_queryset(self) -> QuerySet[Portfolio]:
        asked = self.asked()
        columns = {"name": "name__icontains", "owner": "owner__username"}
        chosen = {columns[name]: value for name, value in asked.items()}
        return Portfolio.objects.visible_to(self.request.user).filter(**chosen).select_related("owner").order_by("id")

    @extend_schema(request=PortfolioSerializer, responses={201: PortfolioSerializer, 400: REFUSED})
    def post(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = portfolio_create(owner=request.user, **asked.validated_data)
        address = reverse("portfolio-detail", args=[made.pk], request=request)
        return Response(self.get_serializer(made).data, status.HTTP_201_CREATED, headers={"Location": address})


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
