"""Backfills and factor returns over HTTP."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from factors.api.filters import ComputedNamesField, FactorNamesField
from factors.calc.normalise import METHODS
from factors.engine import NEUTRALISATIONS
from factors.models import Factor, FactorBackfill, FactorReturn, JobState
from factors.services import FactorRunError, backfill_enqueue
from market.api.filters import KnownFields, PeriodParams, QueryParams, RegionField
from market.api.listing import ListView


class BackfillSerializer(serializers.ModelSerializer):
    class Meta:
        model = FactorBackfill
        exclude = ("fingerprint",)


class PublicBackfillSerializer(BackfillSerializer):
    """For readers who are not logged in: without the texts of exceptions."""

    class Meta:
        model = FactorBackfill
        exclude = ("fingerprint", "message", "errors")


class ReturnSerializer(serializers.ModelSerializer):
    factor = serializers.CharField(source="factor.name", read_only=True)

    class Meta:
        model = FactorReturn
        fields = ("region", "date", "factor", "value", "ic", "coverage", "count")


class BackfillParams(QueryParams):
    region = RegionField(required=False)
    state = serializers.ChoiceField(JobState.choices, required=False)


class ReturnParams(PeriodParams):
    region = RegionField()
    factor = FactorNamesField(required=False, help_text="One or more factors; without it, all.")


class BackfillRequest(KnownFields):
    """The body of a POST: which sessions to compute. ``from`` and ``to`` are added by name (a word of Python's)."""

    region = RegionField()
    factors = ComputedNamesField(required=False, default=list, help_text="Without it, all.")
    normalisation = serializers.ChoiceField(list(METHODS), default="zscore")
    neutralise = serializers.ListField(
        child=serializers.ChoiceField(list(NEUTRALISATIONS)), required=False, default=list
    )
    restart = serializers.BooleanField(default=False, help_text="Do not take up an unfinished one.")

    def get_fields(self) -> dict[str, serializers.Field]:
        wrong = {"invalid": "not a date: write it as YYYY-MM-DD"}
        newest = "Last day; without it, that of the newest bar."
        period = {
            "from": serializers.DateField(help_text="First day.", error_messages=wrong),
            "to": serializers.DateField(required=False, default=None, help_text=newest, error_messages=wrong),
        }
        return super().get_fields() | period


class OfBackfills(generics.GenericAPIView):
    """Backfills; `message` and `errors` are shown to those who are logged in."""

    queryset = FactorBackfill.objects.all()

    def get_serializer_class(self) -> type[BackfillSerializer]:
        documented = getattr(self, "swagger_fake_view", False)
        return BackfillSerializer if documented or self.request.user.is_authenticated else PublicBackfillSerializer


class BackfillList(OfBackfills, ListView):
    """Computations of whole ranges, newest first; `message` and `errors` need a login. POST queues one."""

    params = BackfillParams

    def get_queryset(self) -> QuerySet[FactorBackfill]:
        return FactorBackfill.objects.filter(**self.asked()).order_by("-id")

    @extend_schema(
        request=BackfillRequest,
        responses={202: BackfillSerializer, 400: OpenApiResponse(description="Field and reason.")},
        description="Queue a backfill (permission `factors.add_factorbackfill`); `Location` is where to watch it.",
    )
    def post(self, request: Request) -> Response:
        body = BackfillRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        try:
            job = backfill_enqueue(
                start=asked.pop("from"), end=asked.pop("to"), factor_names=asked.pop("factors"), **asked
            )
        except FactorRunError as error:
            raise body.refused(error) from error
        location = reverse("factorbackfill-detail", args=[job.pk], request=request)
        return Response(BackfillSerializer(job).data, status.HTTP_202_ACCEPTED, headers={"Location": location})


class BackfillDetail(OfBackfills, generics.RetrieveAPIView):
    """One backfill: state, how far it is, timings; `message` and `errors` need a login."""


class ReturnList(ListView):
    """What factors earned, newest first: the top decile of a session's scores less the bottom one, on the next session.

    `value` is a fraction (0.01 is 1 %), `ic` the rank correlation of those scores with those returns, `coverage` the
    share of the universe that had both.
    """

    queryset = FactorReturn.objects.all()
    serializer_class = ReturnSerializer
    params = ReturnParams

    def get_queryset(self) -> QuerySet[FactorReturn]:
        asked = self.asked()
        rows = FactorReturn.objects.between(asked["region"], asked.get("from"), asked.get("to"))
        return rows.of_factors(Factor.objects.ids_of(asked.get("factor", []))).with_names()
