"""Factors, their runs and scores over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from factors.api.filters import RunParams, RunRequest, ScoreParams
from factors.api.serializers import (
    FactorRunSerializer,
    FactorSerializer,
    PublicFactorRunSerializer,
    ScoreSerializer,
)
from factors.models import Factor, FactorRun, FactorScore
from factors.registry import UnknownFactor
from factors.services import FactorRunError, factor_run_enqueue
from factors.services.catalogue import factors_resolved
from market.api.filters import LATEST
from market.api.listing import ListView, instrument_or_404


class FactorList(APIView):
    """Every factor that can be computed."""

    queryset = Factor.objects.all()

    @extend_schema(responses=FactorSerializer(many=True), operation_id="factors_list")
    def get(self, request: Request) -> Response:
        return Response({"next": None, "results": FactorSerializer(factors_resolved(), many=True).data})


class FactorDetail(APIView):
    """One factor, by name."""

    queryset = Factor.objects.all()

    @extend_schema(responses=FactorSerializer)
    def get(self, request: Request, name: str) -> Response:
        try:
            (factor,) = factors_resolved([name])
        except UnknownFactor as error:
            raise NotFound(str(error)) from error
        return Response(FactorSerializer(factor).data)


class ScoreList(ListView):
    """Scores of a region on a date, or of one ticker on a date or over time (newest first).

    `value` is the raw figure, `score` the normalised signal (more is better), `percentile` its rank from 0 to 100.
    """

    queryset = FactorScore.objects.all()
    serializer_class = ScoreSerializer
    params = ScoreParams

    def get_queryset(self) -> QuerySet[FactorScore]:
        asked = self.asked()
        factor_ids = Factor.objects.ids_of(asked.get("factor", []))
        rows = self._rows(asked, factor_ids).with_names()
        return rows.ranked(asked["ordering"]) if "ordering" in asked else rows

    def _rows(self, asked: dict[str, Any], factor_ids: list[int] | None) -> Any:
        region, date = asked["region"], asked.get("date")
        if date == LATEST:
            date = self._latest(region, asked.get("factor", []))
        if "ticker" not in asked:
            return FactorScore.objects.of_day(region, date, factor_ids)
        instrument = instrument_or_404(region, asked["ticker"])
        days = [date] if date else FactorRun.objects.dates_of(region, asked.get("from"), asked.get("to"))
        return FactorScore.objects.history(instrument.pk, days, factor_ids)

    def _latest(self, region: str, names: list[str]) -> Any:
        run = FactorRun.objects.latest_of(region, names)
        if run is None:
            raise NotFound(f"region {region} has no scores yet")
        return run.date


class OfRuns(generics.GenericAPIView):
    """Runs; `message` and `errors` are shown to those who are logged in."""

    queryset = FactorRun.objects.all()

    def get_serializer_class(self) -> type[FactorRunSerializer]:
        documented = getattr(self, "swagger_fake_view", False)
        return FactorRunSerializer if documented or self.request.user.is_authenticated else PublicFactorRunSerializer


class RunList(OfRuns, ListView):
    """Computations of factors, newest first; `message` and `errors` need a login. POST queues one."""

    params = RunParams

    def get_queryset(self) -> QuerySet[FactorRun]:
        return FactorRun.objects.filter(**self.asked()).order_by("-id")

    @extend_schema(
        request=RunRequest,
        responses={202: FactorRunSerializer, 400: OpenApiResponse(description="Field and reason.")},
        description="Queue a computation (permission `factors.add_factorrun`); `Location` is where to watch it.",
    )
    def post(self, request: Request) -> Response:
        body = RunRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        try:
            run = factor_run_enqueue(
                region=asked["region"],
                date=None if asked["date"] == LATEST else asked["date"],
                factor_names=asked["factors"],
                normalisation=asked["normalisation"],
                neutralise=asked["neutralise"],
            )
        except FactorRunError as error:
            raise body.refused(error) from error
        location = reverse("factorrun-detail", args=[run.pk], request=request)
        return Response(FactorRunSerializer(run).data, status.HTTP_202_ACCEPTED, headers={"Location": location})


class RunDetail(OfRuns, generics.RetrieveAPIView):
    """One computation: state, counts by factor and reason, timings; `message` and `errors` need a login."""
