"""Tables as files: CSV line by line, XLSX without a sheet in memory. What a spreadsheet would run is made harmless."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from numbers import Real
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook

from market.api.csv import lines
from market.spreadsheets import cell_safe

CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_XLSX_ROWS = 1_048_575  # what a sheet can hold below its head


def export_response(
    file_format: str, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """``rows`` of plain values (no formatted texts) below ``head``, as an attachment ``name.csv`` or ``name.xlsx``."""
    if file_format == XLSX:
        return _xlsx(name, head, rows)
    response = StreamingHttpResponse(lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _xlsx(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.append([_cell(text) for text in head])
    for place, row in enumerate(rows):
        if place == MOST_XLSX_ROWS:
            break
        sheet.append([_cell(value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 # FileResponse closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)


def _cell(value: Any) -> Any:
    """What a sheet can hold: no time zone, no object but numbers, dates and texts."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.make_naive(value, dt.UTC)
    if value is None or isinstance(value, bool | int | dt.date):
        return value
    if isinstance(value, Real | Decimal):
        return None if math.isnan(value) else float(value)
    return cell_safe(str(value))
