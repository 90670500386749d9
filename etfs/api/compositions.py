"""What is inside funds, over HTTP: compositions, weights over time, changes, and what was found wrong with them."""

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework import serializers

from etfs.api.answers import Refusals, RowsView
from etfs.api.composition_serializers import (
    ChangesSerializer,
    CompositionSerializer,
    FindingCsvSerializer,
    FindingSerializer,
    SnapshotSerializer,
    WeightsSerializer,
)
from etfs.api.fields import SymbolField
from etfs.api.filters import FundDayParams, FundPeriodListParams, FundPeriodParams, PagedParams
from etfs.models import HoldingFinding, Severity, Snapshot
from etfs.services import CompositionView, changes_get, composition_get, etf_get, stock_get, weights_get
from market.api.csv import CsvRenderer
from market.api.filters import QueryParams, RegionField
from market.api.listing import ListView


class WeightParams(FundPeriodParams, PagedParams):
    stock = SymbolField()


class ChangeParams(FundPeriodParams, PagedParams):
    held = serializers.BooleanField(default=False, help_text="Also lines nothing happened to.")


class FindingParams(QueryParams):
    region = RegionField(required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    etf = SymbolField(required=False)


class Composition(RowsView):
    """A fund's own newest composition up to `as_of`, complete. CSV: its lines."""

    params = FundDayParams
    serializer_class = CompositionSerializer
    rows = "lines"

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        found: CompositionView = composition_get(fund=etf_get(asked["etf"]), as_of=asked.get("as_of"))
        return vars(found)


class WeightList(RowsView):
    """A fund's weight in a stock on each of its compositions, oldest first; 0 where it did not hold it."""

    params = WeightParams
    serializer_class = WeightsSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        fund, stock = etf_get(asked["etf"]), stock_get(asked["stock"])
        rows = weights_get(fund=fund, stock=stock, start=asked.get("from"), end=asked.get("to"))
        return {"etf": str(fund.instrument), "stock": str(stock), "results": rows}


class ChangeList(RowsView):
    """What a fund added, dropped, bought and sold from its newest composition up to `from` to that up to `to`.

    Without `from`: since the composition before. The largest weight change first.
    """

    params = ChangeParams
    serializer_class = ChangesSerializer

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        fund = etf_get(asked["etf"])
        found = changes_get(fund=fund, start=asked.get("from"), end=asked.get("to"), held=asked["held"])
        return {"etf": str(fund.instrument), "start": found.start, "end": found.end, "results": found.rows}


class SnapshotList(Refusals, ListView):
    """The compositions there are of a fund, newest first, with their source and how far they are believed."""

    queryset = Snapshot.objects.all()
    serializer_class = SnapshotSerializer
    params = FundPeriodListParams

    def get_queryset(self) -> QuerySet[Snapshot]:
        asked = self.asked()
        rows = Snapshot.objects.filter(etf=etf_get(asked["etf"])).select_related("etf__instrument")
        bounds = {"as_of_date__gte": asked.get("from"), "as_of_date__lte": asked.get("to")}
        return rows.filter(**{name: day for name, day in bounds.items() if day}).order_by("-as_of_date")


class FindingList(Refusals, ListView):
    """What checks found wrong with compositions, newest first."""

    queryset = HoldingFinding.objects.all()
    serializer_class = FindingSerializer
    params = FindingParams

    def get_serializer_class(self) -> type[FindingSerializer]:
        renderer = getattr(self.request, "accepted_renderer", None)
        return FindingCsvSerializer if isinstance(renderer, CsvRenderer) else FindingSerializer

    def get_queryset(self) -> QuerySet[HoldingFinding]:
        asked = self.asked()
        wanted = {"etf__region": asked.get("region"), "severity": asked.get("severity")}
        if "etf" in asked:
            wanted["etf"] = etf_get(asked["etf"])
        rows = HoldingFinding.objects.filter(**{name: value for name, value in wanted.items() if value})
        rows = rows.annotate(evidence_text=Cast("evidence", TextField()))
        return rows.select_related("etf__instrument").order_by("-found_at", "-id")
