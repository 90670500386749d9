"""Targets of a portfolio and how far it is off them, over HTTP."""

from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portfolio.api.allocation_serializers import AllocationAnalysisSerializer, TargetsRequest, TargetsSerializer
from portfolio.api.base import OfPortfolio
from portfolio.api.params import DayParams
from portfolio.services.allocations import allocations_set, allocations_told
from portfolio.services.drift import allocation_analysis
from portfolio.services.drift_explaining import allocation_explain

REFUSED = OpenApiResponse(description="Field and reason; `rows`: every wrong one.")


class Allocations(OfPortfolio):
    """Current weights beside targets: drift, breaches, triggers and groups on the newest session, or on the last one up
    to `date`. Without active targets, weights alone. PUT replaces all targets.
    """

    serializer_class = AllocationAnalysisSerializer
    pagination_class = None

    @extend_schema(parameters=[DayParams], responses={200: AllocationAnalysisSerializer, 400: REFUSED})
    def get(self, request: Request, pk: int) -> Response:
        asked = DayParams.read(request)
        found = allocation_analysis(portfolio=self.portfolio, as_of=asked.get("date"))
        if asked["explain"]:
            found["explain"] = allocation_explain(portfolio=self.portfolio, as_of=asked.get("date"))
        return Response(self.get_serializer(found).data)

    @extend_schema(
        request=TargetsSerializer, responses={200: TargetsSerializer, 400: REFUSED},
        description="Put these targets in the place of all there are, at once.",
    )  # fmt: skip
    def put(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        body = TargetsRequest(data=request.data)
        body.is_valid(raise_exception=True)
        allocations_set(portfolio=portfolio, targets=body.validated_data["targets"])
        return Response({"targets": allocations_told(portfolio=portfolio)})


class Targets(OfPortfolio):
    """The targets as they were set, inactive ones too."""

    serializer_class = TargetsSerializer
    pagination_class = None

    def get(self, request: Request, pk: int) -> Response:
        return Response({"targets": allocations_told(portfolio=self.portfolio)})


urlpatterns = [
    path("allocations/", Allocations.as_view(), name="portfolio-allocations"),
    path("allocations/targets/", Targets.as_view(), name="portfolio-targets"),
]
