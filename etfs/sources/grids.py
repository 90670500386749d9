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
from pathlib import Path
from xml.etree.ElementTree import ParseError  # only the exception: openpyxl reads through defusedxml

import openpyxl

from etfs.sources.base import Raw, SourceProblem
from market.sources.base import FileProblem
from market.sources.files import to_utf8

MAX_BYTES = 50_000_000  # of a file as it came
MAX_UNPACKED = 200_000_000  # of what is inside a gzip or XLSX file
MAX_RATIO = 200  # unpacked to packed: office files reach about 20
MAX_MEMBERS = 1_000
MAX_ROWS = 500_000
MAX_SHEET_ROWS = 50_000  # a sheet with one cell at its far end has a million, all of which are walked through
MAX_COLUMNS = 200
_RATIO_FROM = 1_000_000  # bytes; a few blank rows may compress well
Grid = list[list[str]]
# What zipfile and openpyxl raise on damaged bytes.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, EOFError, OSError, KeyError, IndexError, ValueError,
    TypeError, AttributeError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


def read_raw(path: Path) -> Raw:
    """A file's bytes; SourceProblem when it is too large (looked at before it is read), missing or unreadable."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceProblem(f"{path.name}: {size:,} bytes, more than the {MAX_BYTES:,} allowed", "refused")
        return Raw(path.read_bytes(), path.name)
    except OSError as error:
        raise SourceProblem(f"{path.name}: cannot be read ({error.strerror or error})", "connection") from error


def text_of(raw: Raw) -> str:
    """The text of ``raw``, unzipped if need be. SourceProblem for an empty, too large or damaged one, and for HTML."""
    content = _unzipped(_checked(raw), raw.name)
    _refuse_pages(content, raw.name)
    try:
        return to_utf8(content, raw.name).decode("utf-8")
    except FileProblem as error:
        raise SourceProblem(str(error)) from error


def csv_grid(raw: Raw) -> Grid:
    """Rows of a comma-separated text, as they are: blank rows too, since rows are counted."""
    text = text_of(raw).replace("\r\n", "\n").replace("\r", "\n")
    rows: Grid = []
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            rows.append(row)
            _refuse_more_rows(len(rows), raw.name, MAX_ROWS)
    except csv.Error as error:
        raise SourceProblem(f"{raw.name}: row {len(rows) + 1} is not readable as CSV ({error})") from error
    return rows


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
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    rows: Grid = []
    for values in book.worksheets[0].iter_rows(values_only=True, max_col=MAX_COLUMNS):
        cells = [_cell(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        rows.append(cells)
        _refuse_more_rows(len(rows), name, MAX_SHEET_ROWS)
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
    try:
        text = unzip.decompress(content, MAX_UNPACKED)
    except zlib.error as error:
        raise SourceProblem(f"{name}: damaged gzip file ({error})") from error
    if unzip.unconsumed_tail:
        raise SourceProblem(f"{name}: unpacks to more than {MAX_UNPACKED:,} bytes", "refused")
    if not unzip.eof:
        raise SourceProblem(f"{name}: damaged gzip file (it ends early)")
    if not text.strip():
        raise SourceProblem(f"{name}: the file is empty", "empty")
    return text


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


def _refuse_more_rows(count: int, name: str, most: int) -> None:
    if count > most:
        raise SourceProblem(f"{name}: more than {most:,} rows", "refused")
