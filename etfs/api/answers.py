"""The common base of answers that a service gives: parameters checked, its errors told, rows as pages or CSV."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework import exceptions, generics, serializers
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.utils.urls import replace_query_param

from etfs.api.filters import AnswerParams
from etfs.models import ETF
from etfs.services import Ambiguous, NotFound
from factors.services.jobs import JobError
from market.api.csv import CsvRenderer, lines
from market.api.filters import NO_FIELD
from market.api.listing import ListView, Negotiation

_PARAMETERS = {"funds": "etfs"}  # what services call it -> how it is asked for
LARGEST_PLACE = 10**9


class Refusals:
    """Services' errors as answers: 404, 300 with the choices, 400 with parameter and reason."""

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Ambiguous):
            return Response({"detail": str(error), "choices": error.choices}, status=300)
        if isinstance(error, NotFound):
            error = exceptions.NotFound(str(error))
        elif isinstance(error, JobError):
            error = refused(error)
        return super().handle_exception(error)  # type: ignore[misc] # of the view this is mixed into


def refused(error: JobError) -> exceptions.ValidationError:
    """``amount: must be above 0`` under ``amount``; what names no parameter as non_field_errors."""
    name, found, reason = str(error).partition(": ")
    named = found and name.isidentifier()
    return exceptions.ValidationError({_PARAMETERS.get(name, name): [reason]} if named else {NO_FIELD: [str(error)]})


class Rows(serializers.Serializer):
    """The frame of an answer whose ``results`` come in pages."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null: the last.")


class AnswerView(Refusals, generics.GenericAPIView):
    """Checks ``params``, asks ``answer`` (one service call), shows it through ``serializer_class``."""

    queryset = ETF.objects.all()
    renderer_classes = (JSONRenderer, BrowsableAPIRenderer)
    content_negotiation_class = Negotiation
    pagination_class = None
    params: type[AnswerParams] = AnswerParams

    def answer(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        raise NotImplementedError

    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        asked = self.params.read(request)
        return self.shown(self.answer(asked), asked)

    def shown(self, answer: Mapping[str, Any], asked: dict[str, Any]) -> HttpResponseBase:
        return Response(self.get_serializer(answer).data)


class RowsView(AnswerView):
    """An answer with ``rows``, all of them as CSV; in pages where the parameters have a page's size."""

    renderer_classes = ListView.renderer_classes
    rows = "results"

    def shown(self, answer: Mapping[str, Any], asked: dict[str, Any]) -> HttpResponseBase:
        if self.request.accepted_renderer.format == CsvRenderer.format:
            name = f"{self.request.path.strip('/').split('/')[-1]}.csv"
            return rows_csv(*self.table(answer), name)
        if "page_size" in asked:
            answer = dict(answer) | page_of(self.request, answer[self.rows], asked)
        return super().shown(answer, asked)

    def table(self, answer: Mapping[str, Any]) -> tuple[Iterable[Any], BaseSerializer]:
        """The rows of the CSV, and what shows them."""
        return answer[self.rows], self.get_serializer().fields[self.rows].child


class PairSerializer(serializers.Serializer):
    """Two funds or assets, and one cell of each matrix, under its name."""

    left = serializers.CharField()
    right = serializers.CharField()


class MatrixView(RowsView):
    """An answer with matrices over its ``axis``. CSV: a row of ``pair_class`` for each cell, row by row."""

    axis = "funds"
    pair_class: type[PairSerializer]

    def table(self, answer: Mapping[str, Any]) -> tuple[Iterable[Any], BaseSerializer]:
        shown = self.pair_class()
        names = [fund["symbol"] for fund in answer[self.axis]]
        matrices = [name for name in shown.get_fields() if name in answer]
        rows = (
            {"left": left, "right": right} | {name: answer[name][i][j] for name in matrices}
            for i, left in enumerate(names)
            for j, right in enumerate(names)
        )
        return rows, shown


def page_of(request: Request, rows: Sequence[Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """``next`` and ``results``: rows are calculated, so a page is told by its place among them."""
    start = _place(asked["cursor"]) if "cursor" in asked else 0
    end = start + asked["page_size"]
    cursor = base64.urlsafe_b64encode(json.dumps([end]).encode()).decode()
    following = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
    return {"next": following if end < len(rows) else None, "results": rows[start:end]}


def _place(cursor: str) -> int:
    try:
        (place,) = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _not_a_cursor() from error
    if isinstance(place, bool) or not isinstance(place, int) or not 0 < place <= LARGEST_PLACE:
        raise _not_a_cursor()
    return place


def _not_a_cursor() -> exceptions.ValidationError:
    return exceptions.ValidationError({"cursor": ["not a cursor of this answer: take it from `next`"]})


def rows_csv(rows: Iterable[Any], shown: BaseSerializer, file_name: str) -> StreamingHttpResponse:
    """The columns are the row serializer's fields; what is nested is written as JSON."""
    cells = (map(_cell, shown.to_representation(row).values()) for row in rows)
    response = StreamingHttpResponse(lines(shown.fields, cells), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _cell(value: Any) -> Any:
    return json.dumps(value, default=str) if isinstance(value, dict | list) else value
