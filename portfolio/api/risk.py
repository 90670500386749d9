"""What a portfolio risks, over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from etfs.api.look_through import LookThroughSerializer
from market.api.listing import ListView
from portfolio.api.base import OfPortfolio
from portfolio.api.params import DayParams, HistoryParams
from portfolio.api.performance_serializers import ExplainSerializer
from portfolio.api.risk_serializers import (
    FactorExposuresSerializer,
    HeldCorrelationsSerializer,
    RiskContributionsSerializer,
    RiskMetricsSerializer,
    RiskSerializer,
    VarBacktestSerializer,
)
from portfolio.calc.windows import WINDOWS
from portfolio.models import PortfolioRiskMetrics
from portfolio.services.exposure import factor_exposure, look_through_exposure
from portfolio.services.held_correlations import correlations_held
from portfolio.services.risk import risk_inputs, risk_row
from portfolio.services.risk_explain import risk_explain
from portfolio.services.risk_report import risk_contributions, var_backtest


class Risk(OfPortfolio):
    """Ratios, drawdowns, VaR, CVaR, concentration, correlations of the newest session, or of the last up to `date`,
    which are computed where they are not stored.
    """

    serializer_class = RiskSerializer

    @extend_schema(parameters=[DayParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = DayParams.read(request)
        row = risk_row(portfolio=self.portfolio, on=asked.get("date"))
        shown = RiskMetricsSerializer(row).data
        if asked["explain"]:
            shown["explain"] = risk_explain(inputs=risk_inputs(portfolio=self.portfolio, as_of=row.date), stored=row)
        return Response(shown)


class RiskHistory(OfPortfolio, ListView):
    """The stored figures of every session, newest first."""

    serializer_class = RiskMetricsSerializer
    params = HistoryParams

    def get_queryset(self) -> QuerySet[PortfolioRiskMetrics]:
        columns = {"from": "date__gte", "to": "date__lte"}
        chosen = {columns[name]: day for name, day in self.asked().items()}
        return self.portfolio.risk_metrics.filter(**chosen).order_by("-date")


def _asked(request: Request) -> dict[str, Any]:
    """The day and whether to explain, as the services take them."""
    asked = DayParams.read(request)
    return {"as_of": asked.get("date"), "explain": asked["explain"]}


class RiskContributions(OfPortfolio):
    """What each asset adds to volatility, VaR and CVaR, and how far the portfolio is spread."""

    serializer_class = RiskContributionsSerializer

    @extend_schema(parameters=[DayParams])
    def get(self, request: Request, pk: int) -> Response:
        found = risk_contributions(portfolio=self.portfolio, **_asked(request))
        return Response(self.get_serializer(found).data)


class VarBacktest(OfPortfolio):
    """VaR by three methods, and how often the losses exceeded it: the tests of Kupiec and Christoffersen."""

    serializer_class = VarBacktestSerializer

    @extend_schema(parameters=[DayParams])
    def get(self, request: Request, pk: int) -> Response:
        found = var_backtest(portfolio=self.portfolio, **_asked(request))
        return Response(self.get_serializer(found).data)


class FactorExposure(OfPortfolio):
    """Exposure to every factor that something held has a score of, and how much of the portfolio that covers."""

    serializer_class = FactorExposuresSerializer

    @extend_schema(parameters=[DayParams])
    def get(self, request: Request, pk: int) -> Response:
        found = factor_exposure(portfolio=self.portfolio, **_asked(request))
        return Response(self.get_serializer(found).data)


class PortfolioLookThroughSerializer(LookThroughSerializer):
    date = serializers.DateField()
    explain = ExplainSerializer(required=False)


class LookThroughExposure(OfPortfolio):
    """What the portfolio holds in the end, its funds opened: by security, sector, country and currency."""

    serializer_class = PortfolioLookThroughSerializer

    @extend_schema(parameters=[DayParams])
    def get(self, request: Request, pk: int) -> Response:
        found = look_through_exposure(portfolio=self.portfolio, **_asked(request))
        return Response(self.get_serializer(found).data)


class CorrelationParams(DayParams):
    window = serializers.ChoiceField(WINDOWS, default="1y", help_text="Calendar months, or the last dates.")


class HeldCorrelations(OfPortfolio):
    """Correlations of what is held, in the portfolio's currency, with common returns and p-values."""

    serializer_class = HeldCorrelationsSerializer

    @extend_schema(parameters=[CorrelationParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = CorrelationParams.read(request)
        found = correlations_held(
            portfolio=self.portfolio, window=asked["window"], as_of=asked.get("date"), explain=asked["explain"]
        )
        return Response(self.get_serializer(found).data)
