"""Files to text tables: gzip, encodings, delimiters, Parquet, and a clear word about what is wrong with a file."""

import gzip
import io
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

from market.sources.base import BadRow, FileProblem

_MAGIC = {b"PK\x03\x04": "an Excel or ZIP file", b"\xd0\xcf\x11\xe0": "an old Excel file", b"%PDF": "a PDF file"}
_BOM = b"\xef\xbb\xbf"
_RAW_SHOWN = 10_000  # characters kept of each field of a row that swallowed others


def read_bytes(path: Path) -> bytes:
    """The content, unzipped. Raises FileProblem for a missing, unreadable, empty or damaged file."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileProblem(f"{path.name}: damaged gzip file ({error})") from error
    except OSError as error:
        raise FileProblem(f"{path.name}: cannot be read ({error.strerror or error})") from error
    if not content.strip():
        raise FileProblem(f"{path.name}: the file is empty")
    return content


def to_utf8(content: bytes, name: str) -> bytes:
    """UTF-8 without BOM, from UTF-8 or CP949 (Korean). FileProblem says byte and line of what is neither."""
    for magic, what in _MAGIC.items():
        if content.startswith(magic):
            raise FileProblem(f"{name}: this is {what}, not text; save it as CSV (UTF-8) or Parquet")
    if b"\0" in content:
        raise FileProblem(f"{name}: not a text file (it holds zero bytes)")
    content = content.removeprefix(_BOM)
    try:
        content.decode("utf-8")
        return content
    except UnicodeDecodeError as utf8:
        try:
            return content.decode("cp949").encode("utf-8")
        except UnicodeDecodeError as cp949:
            at = max(utf8.start, cp949.start)
            line = content.count(b"\n", 0, at) + 1
            raise FileProblem(
                f"{name}: line {line} (byte {at}) is neither UTF-8 nor CP949 text: 0x{content[at]:02x}"
            ) from cp949


def read_table(path: Path) -> tuple[pa.Table, np.ndarray, tuple[BadRow, ...]]:
    """A CSV (text columns; .gz too) or Parquet file (its own types): table, row numbers, misfit rows."""
    content = read_bytes(path)
    if content[:4] == b"PAR1":
        return _read_parquet(content, path.name)
    return parse_csv(to_utf8(content, path.name), path.name)


def _read_parquet(content: bytes, name: str) -> tuple[pa.Table, np.ndarray, tuple[BadRow, ...]]:
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise FileProblem(f"{name}: damaged Parquet file ({error})") from error
    plain = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
    table = table.cast(pa.schema([(field.name, kind) for field, kind in zip(table.schema, plain, strict=True)]))
    return _with_rows(table, name), np.arange(1, table.num_rows + 1), ()


def parse_csv(content: bytes, name: str) -> tuple[pa.Table, np.ndarray, tuple[BadRow, ...]]:
    """UTF-8 CSV text, every column as text. A row with too many or too few fields is handed back as bad."""
    content = content.lstrip(b"\r\n")
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")  # old Macintosh line ends, or a header alone
    first, _, rest = content.partition(b"\n")
    if not rest.strip():
        raise FileProblem(f"{name}: a header but no rows below it")
    header = first.decode("utf-8")
    delimiter = max(",;\t|", key=header.count)
    refused: list[tuple[int, str]] = []

    def take_out(row: pv.InvalidRow) -> str:
        refused.append((row.number, f"{row.actual_columns} fields where the header has {row.expected_columns}"))
        return "skip"

    names = [part.strip().strip('"').strip() for part in header.strip().split(delimiter)]
    names = [key or f"column {i}" for i, key in enumerate(names, 1)]  # spreadsheets leave empty columns at the end
    _check_header(names, name)
    parse = pv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in content, invalid_row_handler=take_out)
    convert = pv.ConvertOptions(column_types={key: pa.string() for key in names}, strings_can_be_null=False)
    table = _csv_table(content, names, parse, convert, name, threads=True)
    if refused:  # only the slow reader knows the numbers of the rows it took out
        refused.clear()
        table = _csv_table(content, names, parse, convert, name, threads=False)
    table, rows, bad = _numbered(_with_rows(table, name, len(refused)), refused)
    return _without_open_quotes(table, rows, bad, delimiter) if b'"' in content else (table, rows, bad)


def _without_open_quotes(
    table: pa.Table, rows: np.ndarray, bad: tuple[BadRow, ...], delimiter: str
) -> tuple[pa.Table, np.ndarray, tuple[BadRow, ...]]:
    """Refuse rows whose quote swallowed the rows below it: a field with a line that has delimiters enough for a row."""
    needed = max(1, table.num_columns - 1)
    found: dict[int, BadRow] = {}
    for key in table.column_names:
        column = table.column(key)
        for row in np.flatnonzero(pc.match_substring(column, "\n").to_numpy(zero_copy_only=False)).tolist():
            lines = column[row].as_py().splitlines()[1:]
            if any(line.count(delimiter) >= needed for line in lines):
                message = f"a quote opens in {key} and is closed {len(lines):,} lines below or never: they are not read"
                found[row] = BadRow(int(rows[row]), key, "open_quote", message, _raw(table, row))
    if not found:
        return table, rows, bad
    keep = np.ones(table.num_rows, dtype=bool)
    keep[list(found)] = False
    return table.filter(pa.array(keep)), rows[keep], (*bad, *found.values())


def _raw(table: pa.Table, row: int) -> dict[str, str]:
    return {key: str(table.column(key)[row].as_py())[:_RAW_SHOWN] for key in table.column_names}


def _csv_table(
    content: bytes, names: list[str], parse: pv.ParseOptions, convert: pv.ConvertOptions, name: str, *, threads: bool
) -> pa.Table:
    read = pv.ReadOptions(use_threads=threads, block_size=8 << 20, column_names=names, skip_rows=1)
    try:
        return pv.read_csv(pa.BufferReader(content), read_options=read, parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise FileProblem(f"{name}: a header but no rows below it") from error
        raise FileProblem(f"{name}: not readable as CSV ({error})") from error


def _check_header(names: list[str], file: str) -> None:
    lower = [key.lower() for key in names]  # columns are found in any case
    doubled = sorted({key for key in names if lower.count(key.lower()) > 1})
    if doubled:
        raise FileProblem(f"{file}: the header has {', '.join(map(repr, doubled))} more than once")


def _with_rows(table: pa.Table, name: str, refused: int = 0) -> pa.Table:
    if not table.num_rows and not refused:
        raise FileProblem(f"{name}: a header but no rows below it")
    return table


def _numbered(table: pa.Table, refused: list[tuple[int, str]]) -> tuple[pa.Table, np.ndarray, tuple[BadRow, ...]]:
    """Row numbers that count the refused rows too (the reader counts the header as line 1)."""
    bad = tuple(BadRow(line - 1, "", "wrong_field_count", message) for line, message in refused)
    numbers = np.setdiff1d(np.arange(1, table.num_rows + len(bad) + 1), [row.row_number for row in bad])
    return table, numbers, bad


def pick(table: pa.Table, wanted: dict[str, tuple[str, ...]], *, required: tuple[str, ...], name: str) -> pa.Table:
    """Columns renamed to canonical names: ``wanted`` maps each to the spellings accepted (any case).

    Raises FileProblem naming the required columns that are missing and those the file has.
    """
    have = {column.strip().lower(): column for column in table.column_names}
    found: dict[str, pa.ChunkedArray] = {}
    for canonical, spellings in wanted.items():
        for spelling in spellings:
            if spelling.lower() in have:
                found[canonical] = table.column(have[spelling.lower()])
                break
    missing = [" or ".join(wanted[key]) for key in required if key not in found]
    if missing:
        shown = ", ".join(table.column_names[:30])
        raise FileProblem(f"{name}: missing column {', '.join(missing)} (the file has: {shown})")
    for key in ("ticker",):
        kind = found[key].type if key in found else pa.string()
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise FileProblem(f"{name}: column {key} must be text (it is {kind}): codes have leading zeros and letters")
    return pa.table(found)


def constant(table: pa.Table, name: str, value: str) -> pa.Table:
    """``table`` with a text column that holds ``value`` in every row."""
    return table.append_column(name, pa.repeat(pa.scalar(value), table.num_rows))
