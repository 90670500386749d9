"""Instruments, prices, fundamentals, exchange rates and loads over HTTP."""

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from market.api.filters import FundamentalParams, FxParams, InstrumentParams, LoadRunParams, PriceParams
from market.api.listing import ListView, instrument_or_404
from market.api.serializers import (
    FundamentalSerializer,
    FxRateSerializer,
    InstrumentSerializer,
    LoadRunSerializer,
    PriceSerializer,
)
from market.models import Fundamental, FxRate, Instrument, LoadRun, PriceBar
from market.regions import region_get
from market.services.rejected import rejected_rows_csv


class InstrumentList(ListView):
    """Instruments by region and ticker."""

    queryset = Instrument.objects.all()
    serializer_class = InstrumentSerializer
    params = InstrumentParams

    def get_queryset(self) -> QuerySet[Instrument]:
        return Instrument.objects.matching(**self.asked())


class InstrumentById(generics.RetrieveAPIView):
    """One instrument, by its id."""

    queryset = Instrument.objects.all()
    serializer_class = InstrumentSerializer


@extend_schema_view(get=extend_schema(operation_id="instruments_retrieve_by_ticker"))
class InstrumentDetail(InstrumentById):
    """One instrument, by region and ticker."""

    def get_object(self) -> Instrument:
        return instrument_or_404(self.kwargs["region"].upper(), self.kwargs["ticker"])


class PriceList(ListView):
    """Daily bars of one instrument, newest first, as traded; adjusted price = price x `adjustment_factor`."""

    queryset = PriceBar.objects.all()
    serializer_class = PriceSerializer
    params = PriceParams

    def get_queryset(self) -> QuerySet[PriceBar]:
        asked = self.asked()
        instrument = instrument_or_404(asked["region"], asked["ticker"])
        bars = PriceBar.objects.of(instrument.pk).between(asked.get("from"), asked.get("to"))
        return bars.select_related("instrument")


class FundamentalList(ListView):
    """Reports of one instrument that were public on `as_of`, newest publication first."""

    queryset = Fundamental.objects.all()
    serializer_class = FundamentalSerializer
    params = FundamentalParams

    def get_queryset(self) -> QuerySet[Fundamental]:
        asked = self.asked()
        instrument = instrument_or_404(asked["region"], asked["ticker"])
        known = Fundamental.objects.known_on(instrument.pk, asked.get("as_of") or region_get(asked["region"]).today())
        return (known.newest_versions() if asked["versions"] == "latest" else known).select_related("instrument")


class FxRateList(ListView):
    """Exchange rates as loaded, units of `quote` for one unit of `base`, by pair, newest first."""

    queryset = FxRate.objects.all()
    serializer_class = FxRateSerializer
    params = FxParams

    def get_queryset(self) -> QuerySet[FxRate]:
        asked = self.asked()
        pairs = FxRate.objects.matching(base=asked.get("base", ""), quote=asked.get("quote", ""))
        return pairs.between(asked.get("from"), asked.get("to"))


class LoadRunList(ListView):
    """What was loaded, newest first. Needs a login: file names and messages are not for everybody."""

    queryset = LoadRun.objects.all()
    permission_classes = (IsAuthenticated,)
    serializer_class = LoadRunSerializer
    params = LoadRunParams

    def get_queryset(self) -> QuerySet[LoadRun]:
        return LoadRun.objects.filter(**self.asked()).order_by("-id")


class LoadRunDetail(generics.RetrieveAPIView):
    """One load: counts of rows, reasons of rejections, timings. Needs a login."""

    queryset = LoadRun.objects.all()
    permission_classes = (IsAuthenticated,)
    serializer_class = LoadRunSerializer


class RejectedRows(generics.GenericAPIView):
    """The rows a load refused, as they stood in the file, with column and reason: CSV. Needs a login."""

    queryset = LoadRun.objects.all()
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> StreamingHttpResponse:
        run = self.get_object()
        response = StreamingHttpResponse(rejected_rows_csv(load_run_id=run.pk), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="rejected-{run.pk}.csv"'
        return response
