"""The rows a finished backtest gave, over HTTP, in pages or all as CSV."""

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework.serializers import BaseSerializer

from backtests.api.filters import EventParams, HoldingParams, TradeParams
from backtests.api.results import finished_or_404
from backtests.api.serializers import (
    BacktestEventSerializer,
    BacktestHoldingRowSerializer,
    BacktestHoldingSerializer,
    BacktestSnapshotSerializer,
    BacktestTradeRowSerializer,
    BacktestTradeSerializer,
)
from backtests.api.sessions import OfBacktests
from backtests.models import BacktestEvent, BacktestHolding, BacktestSnapshot, BacktestTrade
from market.api.csv import CsvRenderer
from market.api.filters import PeriodParams
from market.api.listing import ListView


class RowsOfBacktest(OfBacktests, ListView):
    """Rows of one table, in the order of ``order``; ``day`` is what ``from`` and ``to`` are about."""

    order = "number"
    day = "date"

    def get_queryset(self) -> QuerySet[Any]:
        asked = self.asked()
        session = finished_or_404(self.kwargs["pk"], self.request.user)
        columns = {"from": f"{self.day}__gte", "to": f"{self.day}__lte"}
        chosen = {columns.get(name, name): value for name, value in asked.items()}
        return self.queryset.filter(session=session, **chosen).order_by(self.order)


class WithFactors(RowsOfBacktest):
    """Rows with figures of factors, in a CSV one cell of JSON."""

    row_class: type[BaseSerializer]

    def as_csv(self) -> bool:
        renderer = getattr(self.request, "accepted_renderer", None)
        return renderer is not None and renderer.format == CsvRenderer.format

    def get_serializer_class(self) -> type[BaseSerializer]:
        documented = getattr(self, "swagger_fake_view", False)
        return self.row_class if not documented and self.as_csv() else super().get_serializer_class()

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        return rows.annotate(factors_text=Cast("factors", TextField())) if self.as_csv() else rows


class SnapshotList(RowsOfBacktest):
    """The portfolio at the close of each session."""

    queryset = BacktestSnapshot.objects.all()
    serializer_class = BacktestSnapshotSerializer
    params = PeriodParams
    order = "date"


class TradeList(WithFactors):
    """Every fill in its order, with reason and the factors' figures on the session of its signal."""

    queryset = BacktestTrade.objects.all()
    serializer_class, row_class = BacktestTradeSerializer, BacktestTradeRowSerializer
    params = TradeParams
    day = "trade_date"


class HoldingList(WithFactors):
    """What was held at the end."""

    queryset = BacktestHolding.objects.all()
    serializer_class, row_class = BacktestHoldingSerializer, BacktestHoldingRowSerializer
    params = HoldingParams


class EventList(RowsOfBacktest):
    """Splits and dividends of held names, and orders that came to nothing."""

    queryset = BacktestEvent.objects.all()
    serializer_class = BacktestEventSerializer
    params = EventParams
