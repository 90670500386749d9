"""Analyses of factors over HTTP."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from factors.api.analysis_filters import (
    AnalysisDetailSerializer,
    AnalysisParams,
    AnalysisRequest,
    AnalysisSerializer,
    PublicAnalysisDetailSerializer,
    PublicAnalysisSerializer,
)
from factors.models import FactorAnalysis
from factors.services import AnalysisError, analysis_enqueue, analysis_tear_sheet
from market.api.listing import ListView
from market.pages.reports import report_response


class OfAnalyses(generics.GenericAPIView):
    """Analyses; `message` is shown to those who are logged in."""

    queryset = FactorAnalysis.objects.all()
    shown: type[AnalysisSerializer] = AnalysisSerializer
    shown_to_all: type[AnalysisSerializer] = PublicAnalysisSerializer

    def get_serializer_class(self) -> type[AnalysisSerializer]:
        documented = getattr(self, "swagger_fake_view", False)
        return self.shown if documented or self.request.user.is_authenticated else self.shown_to_all


class AnalysisList(OfAnalyses, ListView):
    """Analyses of factors, newest first, without their results; `message` needs a login. POST queues one."""

    params = AnalysisParams

    def get_queryset(self) -> QuerySet[FactorAnalysis]:
        asked = self.asked()
        if "factor" in asked:
            asked["factor_names__contains"] = asked.pop("factor")
        return FactorAnalysis.objects.filter(**asked).defer("result").order_by("-id")

    @extend_schema(
        request=AnalysisRequest,
        responses={202: AnalysisSerializer, 400: OpenApiResponse(description="Field and reason.")},
        description="Queue an analysis (permission `factors.add_factoranalysis`); `Location` is where to watch it.",
    )
    def post(self, request: Request) -> Response:
        body = AnalysisRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        options = {name: asked[name] for name in ("region", "horizons", "quantiles", "window", "demean")}
        try:
            queued = analysis_enqueue(
                factor_names=asked["factors"], start=asked.get("from"), end=asked.get("to"), **options
            )
        except AnalysisError as error:
            raise body.refused(error) from error
        location = reverse("factoranalysis-detail", args=[queued.pk], request=request)
        return Response(AnalysisSerializer(queued).data, status.HTTP_202_ACCEPTED, headers={"Location": location})


class AnalysisDetail(OfAnalyses, generics.RetrieveAPIView):
    """One analysis with its result: per factor ICs with t-statistics, decay, quantile returns, turnover, coverage."""

    shown, shown_to_all = AnalysisDetailSerializer, PublicAnalysisDetailSerializer


class AnalysisTearSheet(OfAnalyses):
    """The tear sheet of a finished analysis: one HTML page that needs nothing else."""

    renderer_classes = (JSONRenderer,)  # of refusals; the page itself is not negotiated

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> HttpResponse:
        try:
            return report_response(analysis_tear_sheet(analysis=self.get_object()))
        except AnalysisError as error:
            raise NotFound(f"analysis #{pk} has no result") from error

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:
        renderer = JSONRenderer()
        return renderer, renderer.media_type
