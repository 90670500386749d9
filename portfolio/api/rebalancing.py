"""Recommendations, proposals and what was decided on them, over HTTP."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from market.api.listing import ListView
from portfolio.api.base import OfPortfolio
from portfolio.api.rebalancing_serializers import (
    CompleteRequest,
    CompleteSchema,
    EventDetailSerializer,
    EventParams,
    EventSerializer,
    NoteRequest,
    ProposalSerializer,
    ProposeRequest,
    RecommendationParams,
    RecommendationsSerializer,
)
from portfolio.models import RebalancingEvent
from portfolio.services.errors import PortfolioNotFound
from portfolio.services.rebalancing import rebalancing_propose, rebalancing_recommendations
from portfolio.services.rebalancing_booking import rebalancing_complete
from portfolio.services.rebalancing_decisions import rebalancing_approve, rebalancing_cancel, rebalancing_fail

REFUSED = OpenApiResponse(description="Field and reason.")
CONFLICT = OpenApiResponse(description="Its status, or that of another proposal, does not allow it.")


class Rebalancing(OfPortfolio):
    """Is it time, and what exactly to trade: triggers and the plan of each mode. POST keeps one as a proposal."""

    serializer_class = RecommendationsSerializer
    pagination_class = None

    @extend_schema(parameters=[RecommendationParams], responses={200: RecommendationsSerializer, 400: REFUSED})
    def get(self, request: Request, pk: int) -> Response:
        asked = RecommendationParams.read(request)
        found = rebalancing_recommendations(
            portfolio=self.portfolio, as_of=asked.get("date"), deposit=asked["deposit"]
        )  # fmt: skip
        return Response(self.get_serializer(found).data)

    @extend_schema(
        request=ProposeRequest,
        responses={201: ProposalSerializer, 200: ProposalSerializer, 400: REFUSED, 409: CONFLICT},
        description="Propose a plan, to be approved. 200 with a reason where there is nothing to propose.",
    )
    def post(self, request: Request, pk: int) -> Response:
        portfolio = self.portfolio
        body = ProposeRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        found = rebalancing_propose(portfolio=portfolio, as_of=asked.pop("date"), user=request.user, **asked)
        told = ProposalSerializer(found).data
        if found.event is None:
            return Response(told)
        location = reverse("portfolio-rebalancing-event", args=[pk, found.event.pk], request=request)
        return Response(told, status.HTTP_201_CREATED, headers={"Location": location})


class EventList(OfPortfolio, ListView):
    """Proposals, newest first."""

    serializer_class = EventSerializer
    params = EventParams

    def get_queryset(self) -> QuerySet[RebalancingEvent]:
        asked = self.asked()
        rows = self.portfolio.rebalancing_events.defer("pre_state", "post_state", "actions", "notes")
        days = {"as_of__gte": asked.pop("from", None), "as_of__lte": asked.pop("to", None)}
        return rows.filter(**asked, **{name: day for name, day in days.items() if day}).order_by("-id")


class OfEvent(OfPortfolio):
    """One proposal of a portfolio."""

    serializer_class = EventDetailSerializer
    pagination_class = None

    @property
    def event(self) -> RebalancingEvent:
        """As it is now."""
        rows = self.portfolio.rebalancing_events.prefetch_related("steps__user")
        found = rows.filter(pk=self.kwargs["event"]).first()
        if found is None:
            raise PortfolioNotFound(f"no rebalancing #{self.kwargs['event']} of this portfolio")
        return found


class EventDetail(OfEvent):
    """One proposal: its trades, the portfolio before and after, and who decided what."""

    def get(self, request: Request, pk: int, event: int) -> Response:
        return Response(self.get_serializer(self.event).data)


class Step(OfEvent):
    """A decision on a proposal: ``take`` is the service that makes it."""

    take: ClassVar[Callable[..., RebalancingEvent]]
    body: ClassVar[type[serializers.Serializer]] = NoteRequest

    def post(self, request: Request, pk: int, event: int) -> Response:
        found = self.event
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(body.validated_data)
        type(self).take(event=found, user=request.user, **given)
        return Response(self.get_serializer(self.event).data)


TAKEN = {200: EventDetailSerializer, 400: REFUSED, 409: CONFLICT}


@extend_schema(request=NoteRequest, responses=TAKEN, description="Say yes to a proposal.")
class Approve(Step):
    take = rebalancing_approve


@extend_schema(
    request=CompleteSchema, responses=TAKEN,
    description="Write the transactions of an approved one, all or none: as planned, or as its `fills` say.",
)  # fmt: skip
class Complete(Step):
    take = rebalancing_complete
    body = CompleteRequest


@extend_schema(request=NoteRequest, responses=TAKEN, description="It was not carried out; the note says why.")
class Fail(Step):
    take = rebalancing_fail


@extend_schema(request=NoteRequest, responses=TAKEN, description="Say no to a proposal, approved or not.")
class Cancel(Step):
    take = rebalancing_cancel


OF_ONE = "rebalancing/events/<int:event>/"
urlpatterns = [
    path("rebalancing/", Rebalancing.as_view(), name="portfolio-rebalancing"),
    path("rebalancing/events/", EventList.as_view(), name="portfolio-rebalancing-events"),
    path(OF_ONE, EventDetail.as_view(), name="portfolio-rebalancing-event"),
    path(f"{OF_ONE}approve/", Approve.as_view(), name="portfolio-rebalancing-approve"),
    path(f"{OF_ONE}complete/", Complete.as_view(), name="portfolio-rebalancing-complete"),
    path(f"{OF_ONE}fail/", Fail.as_view(), name="portfolio-rebalancing-fail"),
    path(f"{OF_ONE}cancel/", Cancel.as_view(), name="portfolio-rebalancing-cancel"),
]
