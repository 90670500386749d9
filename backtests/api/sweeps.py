"""Sweeps and walk-forward tests over HTTP: asked for, watched, cancelled, resumed, deleted; variants and reports."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from backtests import services
from backtests.api.config_schema import BacktestConfigSerializer
from backtests.api.permissions import WorkPermission
from backtests.api.refusals import Conflict, Refusals
from backtests.models import BacktestSession, BacktestSweep, BacktestVariant, Status
from backtests.report.meaning import LOWER
from backtests.services.sweep_plan import OF_METHOD, sweep_ask
from market.api.filters import KnownFields, QueryParams
from market.api.listing import ListView
from market.api.owned import allowed
from market.pages.reports import report_response

REFUSED = OpenApiResponse(description="Field and reason.")
CONFLICT = OpenApiResponse(description="Its status does not allow it.")


class SweepParams(QueryParams):
    status = serializers.ChoiceField(Status.choices, required=False)
    method = serializers.ChoiceField(BacktestSweep.Method.choices, required=False)


class VariantParams(QueryParams):
    status = serializers.ChoiceField(Status.choices, required=False)


class SweepRequest(KnownFields):
    """The body of a POST: what to search. ``samples`` and ``seed`` are of RANDOM, ``train``, ``test`` (months) and
    ``anchored`` of WALK_FORWARD.
    """

    config = serializers.JSONField(help_text="The configuration that variants change, as of a backtest.")
    axes = serializers.DictField(help_text='Values by field: `{"max_positions": [10, 20]}`; `buy_conditions.0.value`.')
    method = serializers.ChoiceField(BacktestSweep.Method.choices, default=BacktestSweep.Method.GRID)
    objective = serializers.CharField(default="sharpe_ratio", help_text="The figure to choose by.")
    name = serializers.CharField(default="", allow_blank=True)
    samples = serializers.IntegerField(required=False, help_text="How many combinations are drawn.")
    seed = serializers.IntegerField(required=False, help_text="Of the draw; the same one draws the same.")
    train = serializers.IntegerField(required=False, help_text="Months to choose on (24).")
    test = serializers.IntegerField(required=False, help_text="Months to test a choice on (6).")
    anchored = serializers.BooleanField(required=False, help_text="Every train window begins with the first session.")


class BacktestSweepSerializer(serializers.ModelSerializer):
    """A sweep in a list."""

    owner = serializers.CharField(source="owner.username", read_only=True, allow_null=True)

    class Meta:
        model = BacktestSweep
        fields = (
            "id", "name", "method", "objective", "axes", "variant_count", "owner", "status", "progress", "stage",
            "error", "created_at", "started_at", "finished_at",
        )  # fmt: skip


class BacktestSweepDetailSerializer(BacktestSweepSerializer):
    """One sweep; ``counts``: variants by status; ``result``: number of the best and deflated Sharpe ratio, of a
    walk-forward windows, series and statistics, null until it has ended.
    """

    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    config = BacktestConfigSerializer(read_only=True)
    result = serializers.JSONField(read_only=True, allow_null=True)

    class Meta(BacktestSweepSerializer.Meta):
        fields = (*BacktestSweepSerializer.Meta.fields, "options", "config", "counts", "timings", "result")


class BacktestVariantSerializer(serializers.ModelSerializer):
    class Meta:
        model = BacktestVariant
        fields = ("number", "overrides", "status", "error", "objective", "figures", "seconds")


class BacktestOfVariantSerializer(serializers.ModelSerializer):
    class Meta:
        model = BacktestSession
        fields = ("id", "name", "status", "sweep", "start", "end")


class OfSweeps(Refusals, generics.GenericAPIView):
    """Sweeps are somebody's work: reading needs a login, the rest the model's permissions; others' are not there."""

    queryset = BacktestSweep.objects.all()
    permission_classes = (WorkPermission,)
    serializer_class = BacktestSweepDetailSerializer

    def get_queryset(self) -> QuerySet[BacktestSweep]:
        return BacktestSweep.objects.visible_to(self.request.user).select_related("owner")

    def get_object(self, action: str = "view") -> BacktestSweep:
        return allowed(super().get_object(), self.request.user, action)

    def shown(self, pk: int, **more: Any) -> Response:
        return Response(BacktestSweepDetailSerializer(OfSweeps.get_queryset(self).get(pk=pk)).data, **more)


class SweepList(OfSweeps, ListView):
    """Sweeps, newest first. POST asks for one."""

    renderer_classes = (JSONRenderer,)
    serializer_class = BacktestSweepSerializer
    params = SweepParams

    def get_queryset(self) -> QuerySet[BacktestSweep]:
        return (
            super().get_queryset().filter(**self.asked()).defer("config", "result", "tests", "options").order_by("-id")
        )

    @extend_schema(
        request=SweepRequest, responses={202: BacktestSweepDetailSerializer, 400: REFUSED},
        description="Hand a sweep to the workers (permission `backtests.add_backtestsweep`); `Location` is where to"
        " watch it.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = SweepRequest(data=request.data)
        body.is_valid(raise_exception=True)
        made = _asked(dict(body.validated_data), request)
        location = reverse("backtest-sweep-detail", args=[made.pk], request=request)
        return self.shown(made.pk, status=status.HTTP_202_ACCEPTED, headers={"Location": location})


def _asked(asked: dict[str, Any], request: Request) -> BacktestSweep:
    method = asked["method"]
    foreign = [
        name for names in OF_METHOD.values() for name in names if name in asked and name not in OF_METHOD[method]
    ]
    if foreign:
        raise serializers.ValidationError({foreign[0]: [f"is not a part of {method}"]})
    return sweep_ask(**asked, owner=request.user)


class SweepDetail(OfSweeps, generics.RetrieveAPIView):
    """One sweep: status with progress, variants by status, and what came out."""

    @extend_schema(
        responses={204: None, 409: CONFLICT},
        description="Delete it with its variants and their backtests (permission `backtests.delete_backtestsweep`);"
        " one that waits or runs is cancelled first.",
    )  # fmt: skip
    def delete(self, request: Request, pk: int) -> Response:
        services.sweep_delete(sweep_id=self.get_object("delete").pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SweepVariants(OfSweeps, ListView):
    """The variants of a sweep, the best objective first, those without one last."""

    serializer_class = BacktestVariantSerializer
    params = VariantParams

    def get_queryset(self) -> QuerySet[BacktestVariant]:
        sweep = super().get_queryset().filter(pk=self.kwargs["pk"]).first()
        if sweep is None:
            raise NotFound(f"no sweep #{self.kwargs['pk']}")
        return sweep.variants.filter(**self.asked()).best_first(lowest=sweep.objective in LOWER)


class SweepVariantRun(OfSweeps):
    """One variant as a whole backtest."""

    @extend_schema(
        request=None, responses={202: BacktestOfVariantSerializer, 400: REFUSED},
        description="Backtest it with all its trades (permission `backtests.add_backtestsweep`); `Location` is where to"
        " watch it.",
    )  # fmt: skip
    def post(self, request: Request, pk: int, number: int) -> Response:
        made = services.variant_enqueue(sweep_id=self.get_object().pk, number=number, owner=request.user)
        location = reverse("backtest-detail", args=[made.pk], request=request)
        shown = BacktestOfVariantSerializer(made).data
        return Response(shown, status.HTTP_202_ACCEPTED, headers={"Location": location})


class SweepCancel(OfSweeps):
    """Stop a sweep that waits or runs."""

    @extend_schema(
        request=None, responses={200: BacktestSweepDetailSerializer, 409: CONFLICT},
        description="Stop it (permission `backtests.add_backtestsweep`); what is computed stays.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        sweep = self.get_object("change")
        if not services.sweep_cancel(sweep_id=pk):
            raise Conflict(f"sweep #{pk} is {sweep.status}: there is nothing to cancel")
        return self.shown(pk)


class SweepResume(OfSweeps):
    """Go on with a sweep that was cancelled or failed."""

    @extend_schema(
        request=None, responses={202: BacktestSweepDetailSerializer, 409: CONFLICT},
        description="Hand it to the workers again (permission `backtests.add_backtestsweep`).",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        sweep = self.get_object("change")
        if sweep.is_going or sweep.status == Status.COMPLETED:
            raise Conflict(f"sweep #{pk} is {sweep.status}: there is nothing to take up")
        services.sweep_enqueue(sweep_id=pk)
        return self.shown(pk, status=status.HTTP_202_ACCEPTED)


class SweepReport(OfSweeps):
    """The report: one HTML page that needs nothing else."""

    renderer_classes = (JSONRenderer,)  # of refusals; the page itself is not negotiated

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, pk: int) -> HttpResponse:
        try:
            return report_response(services.sweep_report(sweep=self.get_object()))
        except services.BacktestError as error:
            raise NotFound(str(error).removeprefix("status: ")) from error

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:
        renderer = JSONRenderer()
        return renderer, renderer.media_type


OF_ONE = "backtest-sweeps/<int:pk>/"
urlpatterns = [
    path("backtest-sweeps/", SweepList.as_view(), name="backtest-sweep-list"),
    path(OF_ONE, SweepDetail.as_view(), name="backtest-sweep-detail"),
    path(f"{OF_ONE}variants/", SweepVariants.as_view(), name="backtest-sweep-variants"),
    path(f"{OF_ONE}variants/<int:number>/run/", SweepVariantRun.as_view(), name="backtest-sweep-variant-run"),
    path(f"{OF_ONE}cancel/", SweepCancel.as_view(), name="backtest-sweep-cancel"),
    path(f"{OF_ONE}resume/", SweepResume.as_view(), name="backtest-sweep-resume"),
    path(f"{OF_ONE}report/", SweepReport.as_view(), name="backtest-sweep-report"),
]
