"""Backtests over HTTP: asked for, watched, cancelled, asked for again, deleted."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from backtests import services
from backtests.api.config_schema import BacktestConfigSerializer
from backtests.api.filters import CreateParams, SessionParams
from backtests.api.permissions import WorkPermission
from backtests.api.refusals import Conflict, Refusals
from backtests.api.serializers import BacktestCreatedSerializer, BacktestDetailSerializer, BacktestSerializer
from backtests.models import BacktestSession, Status
from market.api.listing import ListView
from market.api.owned import allowed
from market.api.parsers import ShallowJSONParser

REFUSED = OpenApiResponse(description="Field and reason.")
CONFLICT = OpenApiResponse(description="Its status does not allow it.")
OF_PARAMETER = {
    "strategy": "strategy__name", "name": "name__icontains", "owner": "owner__username",
    "from": "created_at__date__gte", "to": "created_at__date__lte",
}  # fmt: skip


class OfBacktests(Refusals, generics.GenericAPIView):
    """Backtests are somebody's work: reading needs a login, the rest the model's permissions; others' are not there."""

    queryset = BacktestSession.objects.all()
    permission_classes = (WorkPermission,)

    def get_queryset(self) -> QuerySet[BacktestSession]:
        return BacktestSession.objects.visible_to(self.request.user)

    def get_object(self, action: str = "view") -> BacktestSession:
        try:
            return allowed(super().get_object(), self.request.user, action)
        except Http404 as error:
            raise NotFound(f"no backtest #{self.kwargs['pk']}") from error


class BacktestList(OfBacktests, ListView):
    """Backtests, newest first, with their main figures. POST asks for one."""

    parser_classes = (ShallowJSONParser,)
    serializer_class = BacktestSerializer
    params = SessionParams

    def get_queryset(self) -> QuerySet[BacktestSession]:
        asked = self.asked()
        ordering = asked.pop("ordering")
        rows = super().get_queryset().filter(**{OF_PARAMETER.get(name, name): value for name, value in asked.items()})
        return rows.with_figures().ranked(ordering).defer("config", "warnings", "timings", "data_revision")

    @extend_schema(
        request=BacktestConfigSerializer, parameters=[CreateParams],
        responses={202: BacktestCreatedSerializer, 200: BacktestCreatedSerializer, 400: REFUSED},
        description="Hand a backtest to the workers (permission `backtests.add_backtestsession`): 202, and `Location`"
        " is where to watch it. 200 with the finished one where an equal one is stored.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        again = CreateParams.read(request)["again"]
        made = services.backtest_enqueue(config=request.data, owner=request.user, again=again)
        return _made(request, made)


def _made(request: Request, made: BacktestSession) -> Response:
    stored = made.status == Status.COMPLETED
    shown = _with_conditions(BacktestSession.objects.all()).get(pk=made.pk)
    shown.served_from_store = stored
    return Response(
        BacktestCreatedSerializer(shown).data, status.HTTP_200_OK if stored else status.HTTP_202_ACCEPTED,
        headers={"Location": reverse("backtest-detail", args=[made.pk], request=request)},
    )  # fmt: skip


def _with_conditions(rows: QuerySet[BacktestSession]) -> QuerySet[BacktestSession]:
    return rows.with_figures().prefetch_related("conditions")


class BacktestDetail(OfBacktests):
    """One backtest: status with progress, stage and error, timings, configuration and conditions."""

    serializer_class = BacktestDetailSerializer

    def get_queryset(self) -> QuerySet[BacktestSession]:
        return _with_conditions(super().get_queryset())

    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        responses={204: None, 409: CONFLICT},
        description="Delete it and its results (permission `backtests.delete_backtestsession`); one that waits or runs"
        " is cancelled first.",
    )  # fmt: skip
    def delete(self, request: Request, pk: int) -> Response:
        services.backtest_delete(session_id=self.get_object("delete").pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Commanded(OfBacktests):
    """A POST without a body about one backtest."""

    serializer_class = BacktestDetailSerializer

    def get_queryset(self) -> QuerySet[BacktestSession]:
        return _with_conditions(super().get_queryset())

    def done(self, **more: Any) -> Response:
        return Response(self.get_serializer(self.get_object()).data, **more)


class BacktestCancel(Commanded):
    """Stop a backtest that waits or runs."""

    @extend_schema(
        request=None, responses={200: BacktestDetailSerializer, 409: CONFLICT},
        description="Stop it (permission `backtests.add_backtestsession`); it stores nothing then.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        session = self.get_object("change")
        if not services.backtest_cancel(session_id=session.pk):
            raise Conflict(f"backtest #{pk} is {session.status}: there is nothing to cancel")
        return self.done()


class BacktestRerun(Commanded):
    """The same configuration once more."""

    @extend_schema(
        request=None, responses={202: BacktestCreatedSerializer, 400: REFUSED},
        description="Ask for it again over the data and with the code of now (permission"
        " `backtests.add_backtestsession`): a new backtest.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return _made(request, services.backtest_rerun(session_id=self.get_object().pk, owner=request.user))
