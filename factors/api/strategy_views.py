"""Strategies, their scores and combinations over HTTP."""

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from factors.api.strategy_filters import (
    CombineRequest,
    CombineRunParams,
    CompositeParams,
    StrategyParams,
    StrategyRequest,
)
from factors.api.strategy_serializers import (
    CombineRunDetailSerializer,
    CombineRunSerializer,
    CompositeSerializer,
    PublicCombineRunDetailSerializer,
    PublicCombineRunSerializer,
    StrategySerializer,
)
from factors.models import CombineRun, CompositeScore, Strategy
from factors.services import StrategyError, combine_run_enqueue, composite_newest, strategy_get, strategy_save
from market.api.filters import LATEST
from market.api.listing import ListView, instrument_or_404
from market.api.owned import allowed
from market.models.owned import Reader

REFUSED = OpenApiResponse(description="Field and reason.")


def strategy_or_404(name: str, user: Reader, action: str = "view") -> Strategy:
    """What ``user`` may not see is not there; what they may see and not change or delete is refused with 403."""
    try:
        found = strategy_get(name=name, user=user)
    except StrategyError as error:
        raise NotFound(str(error).removeprefix("strategy: ")) from error
    return allowed(found, user, action)


class StrategyList(ListView):
    """Strategies, by name: yours, and those that belong to nobody. POST makes one."""

    renderer_classes = (JSONRenderer, BrowsableAPIRenderer)  # no table: no CSV
    queryset = Strategy.objects.all()
    serializer_class = StrategySerializer
    params = StrategyParams

    def get_queryset(self) -> QuerySet[Strategy]:
        visible = Strategy.objects.visible_to(self.request.user)
        return visible.filter(**self.asked()).prefetch_related("members__factor").order_by("name")

    @extend_schema(
        request=StrategyRequest, responses={201: StrategySerializer, 400: REFUSED},
        description="Make a strategy (permission `factors.add_strategy`).",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        made = _save(request, owner=request.user)
        location = reverse("strategy-detail", args=[made.name], request=request)
        return Response(StrategySerializer(made).data, status.HTTP_201_CREATED, headers={"Location": location})


class StrategyDetail(generics.GenericAPIView):
    """One strategy, by name."""

    queryset = Strategy.objects.all()
    serializer_class = StrategySerializer

    def get(self, request: Request, name: str) -> Response:
        found = strategy_or_404(name, request.user)
        prefetch_related_objects([found], "members__factor")
        return Response(StrategySerializer(found).data)

    @extend_schema(
        request=StrategyRequest, responses={200: StrategySerializer, 400: REFUSED},
        description="Rewrite it (permission `factors.change_strategy`).",
    )  # fmt: skip
    def put(self, request: Request, name: str) -> Response:
        return Response(StrategySerializer(_save(request, strategy=strategy_or_404(name, request.user, "change"))).data)

    @extend_schema(
        responses={204: None}, description="Delete it and its scores (permission `factors.delete_strategy`)."
    )
    def delete(self, request: Request, name: str) -> Response:
        strategy_or_404(name, request.user, "delete").delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _save(request: Request, **more: Any) -> Strategy:
    body = StrategyRequest(data=request.data)
    body.is_valid(raise_exception=True)
    try:
        return strategy_save(**body.validated_data, **more)
    except StrategyError as error:
        raise body.refused(error) from error


class StrategyCombine(generics.GenericAPIView):
    """Queue a combination of a strategy."""

    queryset = CombineRun.objects.all()
    serializer_class = CombineRunSerializer

    @extend_schema(
        request=CombineRequest, responses={202: CombineRunSerializer, 400: REFUSED},
        description="Queue a combination (permission `factors.add_combinerun`); `Location` is where to watch it.",
    )  # fmt: skip
    def post(self, request: Request, name: str) -> Response:
        strategy_or_404(name, request.user)
        body = CombineRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        date = asked.get("date")
        try:
            run = combine_run_enqueue(
                strategy=name, date=None if date == LATEST else date, start=asked.get("from"), end=asked.get("to")
            )
        except StrategyError as error:
            raise body.refused(error) from error
        location = reverse("combinerun-detail", args=[run.pk], request=request)
        return Response(CombineRunSerializer(run).data, status.HTTP_202_ACCEPTED, headers={"Location": location})


class CombineRunList(ListView):
    """Combinations, newest first; `message` needs a login, the detail has weights and model cards."""

    queryset = CombineRun.objects.all()
    params = CombineRunParams

    def get_serializer_class(self) -> type[CombineRunSerializer]:
        documented = getattr(self, "swagger_fake_view", False)
        return CombineRunSerializer if documented or self.request.user.is_authenticated else PublicCombineRunSerializer

    def get_queryset(self) -> QuerySet[CombineRun]:
        asked = self.asked()
        if "strategy" in asked:
            asked["strategy__name"] = asked.pop("strategy")
        shown = ("definition", "weights", "model_cards")
        return (
            CombineRun.objects.visible_to(self.request.user)
            .filter(**asked)
            .select_related("strategy")
            .defer(*shown)
            .order_by("-id")
        )


class CombineRunDetail(generics.RetrieveAPIView):
    """One combination with its weights, fallbacks and model cards; `message` needs a login."""

    queryset = CombineRun.objects.all()

    def get_queryset(self) -> QuerySet[CombineRun]:
        return CombineRun.objects.visible_to(self.request.user).select_related("strategy")

    def get_serializer_class(self) -> type[CombineRunSerializer]:
        documented = getattr(self, "swagger_fake_view", False)
        known = documented or self.request.user.is_authenticated
        return CombineRunDetailSerializer if known else PublicCombineRunDetailSerializer


class CompositeList(ListView):
    """Scores of a strategy on a date (best first), or of one ticker on a date or over time (newest first).

    `score` goes from 0 to 100 over those who take part, `rank` 1 is the best.
    """

    queryset = CompositeScore.objects.all()
    serializer_class = CompositeSerializer
    params = CompositeParams

    def get_queryset(self) -> QuerySet[CompositeScore]:
        asked = self.asked()
        strategy = strategy_or_404(asked["strategy"], self.request.user)
        date = self._date(strategy, asked.get("date"))
        if "ticker" not in asked:
            return CompositeScore.objects.of_day(strategy.pk, date).with_names()
        instrument = instrument_or_404(strategy.region, asked["ticker"])
        bounds = {"date": date, "date__gte": asked.get("from"), "date__lte": asked.get("to")}
        rows = CompositeScore.objects.of_instrument(strategy.pk, instrument.pk).with_names()
        return rows.filter(**{name: day for name, day in bounds.items() if day})

    def _date(self, strategy: Strategy, date: Any) -> Any:
        if date != LATEST:
            return date
        newest = composite_newest(strategy_id=strategy.pk)
        if newest is None:
            raise NotFound(f"strategy {strategy.name!r} has no scores yet: combine it first")
        return newest
