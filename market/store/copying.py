"""PostgreSQL's binary COPY format, built column by column in NumPy.

Rows are grouped by which of their columns are null; each group is one structured array in network byte
order, so a million rows are encoded without a Python loop over rows. Order of rows is not kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper

_HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
_TRAILER = b"\xff\xff"
_EPOCH = np.datetime64("2000-01-01", "D")
_WIRE = {
    "int2": ">i2", "int4": ">i4", "int8": ">i8", "float4": ">f4", "float8": ">f8", "date": ">i4", "bool": "u1",
    "char3": "S3",
}  # fmt: skip
_VARIABLE = {"text": b"", "jsonb": b"\x01"}  # kinds without a fixed width, and the bytes before the text
_CHUNK_ROWS = 200_000


@dataclass(frozen=True)
class Column:
    """Values of one column. ``kind``: int2 int4 int8 float4 float8 date bool char3 (three ASCII letters each) text
    jsonb (as JSON text).

    Null are NaN, NaT and, for text and jsonb, None; ``null`` marks further ones (needed for int and bool).
    """

    kind: str
    values: np.ndarray
    null: np.ndarray | None = None

    def null_mask(self) -> np.ndarray:
        if self.kind in ("float4", "float8"):
            missing = np.isnan(self.values)
        elif self.kind == "date":
            missing = np.isnat(self.values)
        elif self.kind in _VARIABLE:
            missing = np.array([value is None for value in self.values], dtype=bool)
        else:
            missing = np.zeros(len(self.values), dtype=bool)
        return missing if self.null is None else missing | self.null

    def wire(self, rows: np.ndarray) -> np.ndarray:
        """The values of ``rows`` in their wire type (text: fixed-width bytes, see ``_encode``)."""
        values = self.values[rows]
        if self.kind == "date":
            return (values.astype("datetime64[D]") - _EPOCH).astype(">i4")
        if self.kind in _VARIABLE:
            wired = np.empty(len(values), dtype=object)
            wired[:] = [_VARIABLE[self.kind] + str(value).encode() for value in values]
            return wired
        return values.astype(_WIRE[self.kind])


def copy_rows(cursor: CursorWrapper, table: str, columns: Mapping[str, Column]) -> int:
    """COPY ``columns`` (equal lengths) into ``table``; returns the number of rows.

    Runs in the cursor's transaction. Raises ValueError for columns of different lengths and the
    database's own error for a row it refuses (nothing of the COPY is kept then).
    """
    lengths = {name: len(column.values) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns differ in length: {lengths}")
    names = ", ".join(f'"{name}"' for name in columns)
    command = f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)'
    with cursor.db.wrap_database_errors, cursor.copy(command) as copy:
        copy.write(_HEADER)
        for block in _blocks(list(columns.values())):
            copy.write(block)
        copy.write(_TRAILER)
    return next(iter(lengths.values()), 0)


def read_rows(cursor: CursorWrapper, query: str, params: Sequence[object], kinds: Mapping[str, str]) -> np.ndarray:
    """The rows of ``query`` as a structured array, read by binary COPY: one field per column, by name and kind, in
    order.

    ``kinds``: int2 int4 int8 float4 float8 date (int32, days since 1970-01-01) bool char3 (bytes); nulls have no
    place: coalesce them to NaN or 0 in the query. ValueError for a row that has one.
    """
    layout: list[tuple[str, str]] = [("count", ">i2")]
    for name, kind in kinds.items():
        layout += [(f"#{name}", ">i4"), (name, _WIRE[kind])]
    plain = cursor.cursor  # under DEBUG Django's wrapper around it copies only without parameters
    with cursor.db.wrap_database_errors, plain.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)", params) as copy:
        content = b"".join(bytes(part) for part in copy)
    width = np.dtype(layout).itemsize
    body = memoryview(content)[len(_HEADER) : len(content) - len(_TRAILER)]
    if len(body) % width:
        raise ValueError("the query returns nulls, or columns of other kinds than said")
    rows = np.frombuffer(body, dtype=layout)
    found = np.empty(len(rows), dtype=[(name, np.dtype(_WIRE[kind]).newbyteorder("=")) for name, kind in kinds.items()])
    for name, kind in kinds.items():
        if len(rows) and (rows[f"#{name}"] < 0).any():
            raise ValueError(f"{name}: the query returns nulls")
        found[name] = rows[name] + _EPOCH.astype(int) if kind == "date" else rows[name]
    return found


def _blocks(columns: list[Column]) -> Iterator[bytes]:
    masks = np.stack([column.null_mask() for column in columns])
    weights = 1 << np.arange(len(columns), dtype=np.int64)
    patterns = weights @ masks
    for pattern in np.unique(patterns):
        rows = np.flatnonzero(patterns == pattern)
        absent = (weights & pattern) != 0
        for start in range(0, len(rows), _CHUNK_ROWS):
            yield _encode(columns, absent, rows[start : start + _CHUNK_ROWS])


def _encode(columns: list[Column], absent: np.ndarray, rows: np.ndarray) -> bytes:
    """One structured array: field count, then per column its byte length (-1: null) and value."""
    if any(column.kind in _VARIABLE and not gone for column, gone in zip(columns, absent, strict=True)):
        return _encode_with_text(columns, absent, rows)
    layout = [("count", ">i2")]
    for i, (column, gone) in enumerate(zip(columns, absent, strict=True)):
        layout.append((f"n{i}", ">i4"))
        if not gone:
            layout.append((f"v{i}", _WIRE[column.kind]))
    block = np.empty(len(rows), dtype=layout)
    block["count"] = len(columns)
    for i, (column, gone) in enumerate(zip(columns, absent, strict=True)):
        block[f"n{i}"] = -1 if gone else block.dtype[f"v{i}"].itemsize
        if not gone:
            block[f"v{i}"] = column.wire(rows)
    return block.tobytes()


def _encode_with_text(columns: list[Column], absent: np.ndarray, rows: np.ndarray) -> bytes:
    """Text has no fixed width, so these rows are joined one by one (small tables only)."""
    count = len(columns).to_bytes(2, "big")
    parts: list[list[bytes]] = []
    for column, gone in zip(columns, absent, strict=True):
        if gone:
            parts.append([b"\xff\xff\xff\xff"] * len(rows))
        else:
            wired = column.wire(rows)
            values = list(wired) if column.kind in _VARIABLE else _cells(wired)
            parts.append([len(value).to_bytes(4, "big") + value for value in values])
    return b"".join(count + b"".join(row) for row in zip(*parts, strict=True))


def _cells(wired: np.ndarray) -> list[bytes]:
    """The bytes of each value (a NumPy scalar would forget the byte order)."""
    raw, size = wired.tobytes(), wired.dtype.itemsize
    return [raw[i : i + size] for i in range(0, len(raw), size)]
