"""Portfolios of backtests over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from backtests.api.sessions import REFUSED, OfBacktests
from backtests.services.portfolios import backtest_to_portfolio
from market.api.filters import KnownFields
from market.api.parsers import ShallowJSONParser
from portfolio.api.serializers import PortfolioSerializer


class PortfolioRequest(KnownFields):
    name = serializers.CharField(required=False, max_length=100, help_text="Blank: the backtest's.")


class PortfolioOfBacktest(OfBacktests):
    """What a finished backtest did, as transactions of a portfolio of yours."""

    permission_classes = (IsAuthenticated,)  # it writes nothing of the backtest
    parser_classes = (ShallowJSONParser,)
    serializer_class = PortfolioSerializer

    @extend_schema(request=PortfolioRequest, responses={201: PortfolioSerializer, 400: REFUSED})
    def post(self, request: Request, pk: int) -> Response:
        session = self.get_object()
        asked = PortfolioRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        made = backtest_to_portfolio(session_id=session.pk, owner=request.user, **asked.validated_data)
        address = reverse("portfolio-detail", args=[made.pk], request=request)
        return Response(PortfolioSerializer(made).data, status.HTTP_201_CREATED, headers={"Location": address})
