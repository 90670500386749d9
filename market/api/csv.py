"""Lists as CSV: every row of the answer, streamed, not paged."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.serializers import BaseSerializer

from market.spreadsheets import cell_safe

CHUNK_ROWS = 2_000


class CsvRenderer(BaseRenderer):
    """Makes ``?format=csv`` and ``Accept: text/csv`` known; the rows themselves are streamed. Renders refusals."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        reasons = ((field, " ".join(map(str, why)) if isinstance(why, list) else why) for field, why in data.items())
        return "".join(lines(("field", "error"), reasons))


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV, line by line; text that a spreadsheet would run as a formula is made harmless."""
    writer = csv.writer(_Line(), lineterminator="\n")
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow(map(cell_safe, row))


def csv_response(queryset: QuerySet, serializer: BaseSerializer, file_name: str) -> StreamingHttpResponse:
    """The columns are the serializer's fields, read in one query without building objects."""
    sources = {name: field.source.replace(".", "__") for name, field in serializer.fields.items()}
    rows = queryset.values_list(*sources.values()).iterator(chunk_size=CHUNK_ROWS)
    response = StreamingHttpResponse(lines(sources, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
