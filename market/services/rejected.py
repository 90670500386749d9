"""The rows a load refused, as a CSV file people can correct and load again."""

import csv
import io
from collections.abc import Iterable, Iterator

from market.models import RejectedRow
from market.spreadsheets import cell_safe


def rejected_rows_csv(load_run_id: int) -> Iterator[str]:
    """CSV lines: row_number, column, reason, message, then the file's own columns. Only a header where nothing was
    refused. Streams, so that an answer of 100,000 rows needs no memory."""
    rows = RejectedRow.objects.filter(load_run_id=load_run_id).order_by("row_number")
    first = rows.first()
    return rejected_csv(rows.iterator(chunk_size=2000), list(first.raw) if first else [])


def rejected_csv(rows: Iterable[RejectedRow], columns: list[str]) -> Iterator[str]:
    """The same for rows that need not be stored (a dry run)."""
    yield _line(["row_number", "column", "reason", "message", *columns])
    for row in rows:
        yield _line([row.row_number, row.column, row.reason, row.message, *(row.raw.get(name, "") for name in columns)])


def _line(values: list[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([cell_safe(value) for value in values])
    return text.getvalue()
