"""How a portfolio did, over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from market.api.listing import ListView
from portfolio.api.base import OfPortfolio
from portfolio.api.params import DayParams, HistoryParams, PeriodParams
from portfolio.api.performance_serializers import (
    HistorySerializer,
    PerformanceSerializer,
    PositionsSerializer,
    StateSerializer,
    SummarySerializer,
)  # fmt: skip
from portfolio.models import PortfolioPerformanceHistory
from portfolio.services.explaining import performance_explain, summary_explain
from portfolio.services.performance import performance_report
from portfolio.services.queueing import valuation_enqueue
from portfolio.services.standing import standing_of
from portfolio.services.summary import portfolio_summary, position, state_of


class Summary(OfPortfolio):
    """Value, gains, returns, statistics and positions of the newest session, or of the last one up to `date`."""

    serializer_class = SummarySerializer

    @extend_schema(parameters=[DayParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = DayParams.read(request)
        found = portfolio_summary(portfolio=self.portfolio, as_of=asked.get("date"))
        if asked["explain"]:
            found["explain"] = summary_explain(portfolio=self.portfolio, as_of=asked.get("date"))
        return Response(self.get_serializer(found).data)


class Performance(OfPortfolio):
    """Time-weighted and money-weighted returns, by month and year, with statistics, of a period."""

    serializer_class = PerformanceSerializer

    @extend_schema(parameters=[PeriodParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = PeriodParams.read(request)
        period = {"start": asked.get("from"), "end": asked.get("to")}
        found = performance_report(portfolio=self.portfolio, **period)
        if asked["explain"]:
            found["explain"] = performance_explain(portfolio=self.portfolio, **period)
        return Response(self.get_serializer(found).data)


class History(OfPortfolio, ListView):
    """The daily snapshots, newest first."""

    serializer_class = HistorySerializer
    params = HistoryParams

    def get_queryset(self) -> QuerySet[PortfolioPerformanceHistory]:
        asked = self.asked()
        return self.portfolio.performance.with_twr().between(asked.get("from"), asked.get("to")).order_by("-date")


class Positions(OfPortfolio):
    """What is held, with costs and gains by average cost and by lots (first in, first out)."""

    serializer_class = PositionsSerializer

    @extend_schema(parameters=[DayParams])
    def get(self, request: Request, pk: int) -> Response:
        asked = DayParams.read(request)
        standing = standing_of(portfolio=self.portfolio, as_of=asked.get("date"))
        found: dict[str, Any] = vars(standing) | {"results": [position(one) for one in standing.held]}
        if asked["explain"]:
            found["explain"] = summary_explain(portfolio=self.portfolio, as_of=asked.get("date"))
        return Response(self.get_serializer(found).data)


class Revalue(OfPortfolio):
    """Have the values computed by a worker, from the first changed date on."""

    serializer_class = StateSerializer

    @extend_schema(request=None, responses={202: StateSerializer})
    def post(self, request: Request, pk: int) -> Response:
        valuation_enqueue(portfolio=self.portfolio)
        return Response(self.get_serializer(state_of(self.portfolio)).data, status.HTTP_202_ACCEPTED)
