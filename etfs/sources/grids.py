"""Bytes to rows of text cells: CSV, gzip and XLSX, with a word about every file that is something else.

Whatever is wrong with the bytes becomes a SourceProblem that names the file; nothing is unpacked without limit.
"""

import csv
import datetime as dt
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import ParseError  # only the exception: openpyxl reads through defusedxml

from etfs.sources.base import Raw, SourceProblem
from market.sources.base import FileProblem
from market.sources.files import to_utf8

MAX_BYTES = 50_000_000  # bytes of a file as it came
MAX_UNPACKED = 100_000_000  # bytes of what is inside a gzip or XLSX file
MAX_RATIO = 200  # unpacked to packed: office files and lists of holdings reach about 20
MAX_MEMBERS = 1_000
MAX_ROWS = 500_000
MAX_SHEET_ROWS = 50_000  # a sheet with one cell at its far end has a million, all of which are walked through
MAX_COLUMNS = 200
MAX_CELLS = 5_000_000
MAX_CHARACTERS = 100_000_000  # of all cells: a sheet may name one long text in every cell
MAX_ROW_CHARACTERS = (
    200_000  # of one CSV row, looked at before it is taken apart: a line of commas is millions of cells
)
_RATIO_FROM = 1_000_000  # bytes; a few blank rows may compress well
Grid = list[list[str]]
# What zipfile and openpyxl raise on damaged bytes.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, EOFError, OSError, KeyError, IndexError, ValueError,
    TypeError, AttributeError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


def text_of(raw: Raw) -> str:
    """The text of ``raw``, unzipped if need be. SourceProblem for an empty, too large or damaged one, and for HTML."""
    content = _unzipped(_checked(raw), raw.name)
    _refuse_pages(content, raw.name)
    try:
        return to_utf8(content, raw.name).decode("utf-8")
    except FileProblem as error:
        raise SourceProblem(str(error)) from error


def json_bounded(text: str, name: str) -> str:
    """``text``; SourceProblem when it is JSON of more than MAX_CELLS values: two bytes of it become sixty in memory."""
    if text.count(",") + text.count("[") + text.count("{") > MAX_CELLS:
        raise SourceProblem(f"{name}: more than {MAX_CELLS:,} values", "refused")
    return text


def csv_grid(raw: Raw) -> Grid:
    """Rows of a comma-separated text, as they are: blank rows too, since rows are counted."""
    text = text_of(raw).replace("\r\n", "\n").replace("\r", "\n")
    rows: Grid = []
    try:
        rows.extend(csv_rows_bounded(text, raw.name))
    except csv.Error as error:
        raise SourceProblem(f"{raw.name}: row {len(rows) + 1} is not readable as CSV ({error})") from error
    return rows


def csv_rows_bounded(text: str, name: str, *, strict: bool = False) -> Iterator[list[str]]:
    """Rows of CSV text, as ``csv.reader`` gives them, with its csv.Error; SourceProblem beyond MAX_ROWS, MAX_COLUMNS,
    MAX_CELLS or MAX_ROW_CHARACTERS."""
    size, lines = _Size(name, MAX_ROWS), _Lines(text, name)
    for row in csv.reader(lines, strict=strict):
        size.add(row)
        lines.in_row = 0
        yield row


class _Lines:
    """Lines of a text; ``in_row``: characters handed out since the reader finished a row."""

    def __init__(self, text: str, name: str) -> None:
        self._lines, self._name, self.in_row = io.StringIO(text, newline=""), name, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.in_row += len(line)
            if self.in_row > MAX_ROW_CHARACTERS:
                raise SourceProblem(f"{self._name}: a row of more than {MAX_ROW_CHARACTERS:,} characters", "refused")
            yield line


class _Size:
    """How much a table holds; SourceProblem as soon as that is more than any list of holdings."""

    def __init__(self, name: str, most_rows: int) -> None:
        self._name, self._most_rows = name, most_rows
        self._rows = self._cells = self._characters = 0

    def add(self, row: list[str]) -> None:
        self._rows += 1
        self._cells += len(row)
        self._characters += sum(map(len, row))
        for count, most, what in (
            (self._rows, self._most_rows, "rows"), (self._cells, MAX_CELLS, "cells"),
            (self._characters, MAX_CHARACTERS, "characters"),
        ):  # fmt: skip
            if count > most:
                raise SourceProblem(f"{self._name}: more than {most:,} {what}", "refused")
        if len(row) > MAX_COLUMNS:
            raise SourceProblem(f"{self._name}: row {self._rows} has more than {MAX_COLUMNS} columns", "refused")


def is_xlsx(raw: Raw) -> bool:
    return raw.content[:4] == b"PK\x03\x04"


def xlsx_grid(raw: Raw) -> Grid:
    """Rows of the first sheet, numbers with their shortest exact digits, dates in ISO form, nothing calculated."""
    content = _checked(raw)
    _refuse_pages(content, raw.name)
    if not is_xlsx(raw):
        raise SourceProblem(f"{raw.name}: this is not an XLSX file")
    try:
        _refuse_bombs(content, raw.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles, which nobody reads here
            return _sheet(content, raw.name)
    except SourceProblem:
        raise
    except _DAMAGE as error:
        raise SourceProblem(f"{raw.name}: damaged or truncated XLSX file ({error or type(error).__name__})") from error


def _sheet(content: bytes, name: str) -> Grid:
    import openpyxl  # noqa: PLC0415 - a twentieth of a second that only spreadsheets need

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    rows: Grid = []
    size = _Size(name, MAX_SHEET_ROWS)
    for values in book.worksheets[0].iter_rows(values_only=True, max_col=MAX_COLUMNS + 1):
        cells = [_cell(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        size.add(cells)
        rows.append(cells)
    book.close()
    return rows


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return str(value)


def _checked(raw: Raw) -> bytes:
    if len(raw.content) > MAX_BYTES:
        raise SourceProblem(f"{raw.name}: {len(raw.content):,} bytes, more than the {MAX_BYTES:,} allowed", "refused")
    if not raw.content.strip():
        raise SourceProblem(f"{raw.name}: the file is empty", "empty")
    return raw.content


def _unzipped(content: bytes, name: str) -> bytes:
    if content[:2] != b"\x1f\x8b":
        return content
    unzip = zlib.decompressobj(wbits=31)
    most = min(MAX_UNPACKED, max(_RATIO_FROM, MAX_RATIO * len(content)))
    try:
        text = unzip.decompress(content, most + 1)
    except zlib.error as error:
        raise SourceProblem(f"{name}: damaged gzip file ({error})") from error
    if len(text) > most:
        raise SourceProblem(f"{name}: unpacks {_to_more_than(most)}: refused", "refused")
    if not unzip.eof:
        raise SourceProblem(f"{name}: damaged gzip file (it ends early)")
    if unzip.unused_data.strip(b"\0"):
        raise SourceProblem(f"{name}: more follows the end of the gzip file; pack it as one")
    if not text.strip():
        raise SourceProblem(f"{name}: the file is empty", "empty")
    return text


def _to_more_than(most: int) -> str:
    return f"to more than {most:,} bytes" if most == MAX_UNPACKED else f"to more than {MAX_RATIO} times its size"


def _refuse_pages(content: bytes, name: str) -> None:
    head = content[:2_000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in head:
        raise SourceProblem(f"{name}: this is an HTML page (an error or login page saved as a file), not data")
    if head.startswith(b"<"):
        raise SourceProblem(f"{name}: this is an XML document, not a table")


def _refuse_bombs(content: bytes, name: str) -> None:
    """What a ZIP says of its sizes is binding: Python's zipfile reads no further."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        members = file.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        raise SourceProblem(f"{name}: unpacks to {len(members):,} parts of {unpacked:,} bytes: refused", "refused")
    if unpacked > _RATIO_FROM and unpacked > MAX_RATIO * len(content):
        raise SourceProblem(f"{name}: unpacks to {unpacked / len(content):,.0f} times its size: refused", "refused")
