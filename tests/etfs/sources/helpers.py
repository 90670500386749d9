"""Asking a source for what is in a file or in bytes."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from etfs.sources.base import Ask, Composition, Kind, Parsed, Raw
from etfs.sources.registry import source_get
from etfs.store.files import file_read
from market.regions import REGIONS


def parse(source: str, content: bytes | str, name: str = "file.csv", kind: Kind = Kind.HOLDINGS, **ask: Any) -> Parsed:
    content = content.encode() if isinstance(content, str) else content
    region = REGIONS[ask.pop("region", "US")]
    return source_get(source).parse(Raw(content, name), Ask(kind, region, **ask))


def parse_file(source: str, path: Path, kind: Kind = Kind.HOLDINGS, **ask: Any) -> Parsed:
    return parse(source, file_read(path), path.name, kind, **ask)


def only(found: Parsed) -> Composition:
    """The one composition of an answer without any row that could not be read."""
    assert found.bad_rows == ()
    [composition] = found.compositions
    assert composition.bad_rows == ()
    return composition


def rows_of(path: Path, header: str) -> list[dict[str, str]]:
    """A published CSV read the plain way: rows from the line that begins with ``header`` to the first short one."""
    text = path.read_text(encoding="utf-8-sig")
    lines = text[text.index(header) :]
    found = []
    for row in csv.DictReader(io.StringIO(lines)):
        if None in row.values():
            break
        found.append(row)
    return found


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zipped(size: int) -> bytes:
    """A ZIP of ``size`` zero bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"\0" * size)
    return content.getvalue()
