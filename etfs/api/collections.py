"""Where data of funds come from, over HTTP: sources, and what became of their answers."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from etfs.api.answers import AnswerView
from etfs.models import CollectItem, CollectRun
from etfs.sources.base import EtfSource, FileSource
from etfs.sources.base import Kind as Served
from etfs.sources.registry import source_get, source_names
from factors.models import JobState
from market.api.filters import QueryParams, RegionField
from market.api.listing import ListView


class RunSerializer(serializers.ModelSerializer):
    class Meta:
        model = CollectRun
        fields = (
            "id", "source", "kind", "region", "tickers", "force", "state", "message", "stored", "unchanged", "flagged",
            "failed", "timings", "created_at", "started_at", "finished_at",
        )  # fmt: skip


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = CollectItem
        fields = (
            "name", "ticker", "as_of_date", "outcome", "error_type", "message", "rows", "bad_rows", "seconds",
            "created_at",
        )  # fmt: skip


class RunDetailSerializer(RunSerializer):
    """A run and what became of each answer, newest first."""

    items = ItemSerializer(many=True, read_only=True)

    class Meta:
        model = CollectRun
        fields = (*RunSerializer.Meta.fields, "items")


class RunParams(QueryParams):
    region = RegionField(required=False)
    source = serializers.CharField(required=False)
    kind = serializers.ChoiceField([kind.value for kind in Served], required=False)
    state = serializers.ChoiceField(JobState.choices, required=False)


class CollectionList(ListView):
    """Imports of files and rounds of sources, newest first. Needs a login: file names are not for everybody."""

    queryset = CollectRun.objects.all()
    permission_classes = (IsAuthenticated,)
    serializer_class = RunSerializer
    params = RunParams

    def get_queryset(self) -> QuerySet[CollectRun]:
        return CollectRun.objects.filter(**self.asked()).order_by("-id")


class CollectionDetail(generics.RetrieveAPIView):
    """One of them, with what became of each answer. Needs a login."""

    queryset = CollectRun.objects.prefetch_related("items")
    permission_classes = (IsAuthenticated,)
    serializer_class = RunDetailSerializer


class SourceSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    sort = serializers.ChoiceField(("file", "network"))
    kinds = serializers.ListField(child=serializers.CharField(), help_text="What it serves.")
    regions = serializers.ListField(child=serializers.CharField(), help_text="Empty: any.")
    rate_limit = serializers.FloatField(allow_null=True, help_text="Requests a second; null: it is not asked.")
    needs_key = serializers.BooleanField(help_text="Whether it answers only with a key.")
    checked = serializers.CharField(help_text="Against a `recording` of real answers, or its `contract` alone.")


class SourcesSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    results = SourceSerializer(many=True)


class SourceList(AnswerView):
    """The sources this site can read, by name."""

    serializer_class = SourcesSerializer

    @extend_schema(operation_id="etf_sources_list")
    def get(self, request: Request) -> Response:
        self.params.read(request)
        rows = [_source(source_get(name)) for name in source_names()]
        return Response(self.get_serializer({"next": None, "results": rows}).data)


def _source(one: EtfSource) -> dict[str, Any]:
    return {
        "name": one.name, "title": one.title, "sort": "file" if isinstance(one, FileSource) else "network",
        "kinds": [kind.value for kind in one.kinds], "regions": list(one.regions),
        "rate_limit": getattr(one, "rate_limit", None), "needs_key": bool(getattr(one, "key_settings", ())),
        "checked": one.checked,
    }  # fmt: skip
