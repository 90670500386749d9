"""Text columns to numbers, dates and codes, whole columns at a time; what cannot be read is marked, never guessed.

Codes stay text ('000660', 'NA', 'TRUE'). Null in a number or date column: empty, '-', 'null', 'none', 'nan',
'n/a', '#n/a' (any case).
"""

import datetime as dt
import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NULL_WORDS = ("", "-", "--", "null", "none", "nan", "n/a", "#n/a", "na")
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$"
_DATE = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.]?)(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})([ T].*)?$")
_TRUE, _FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0", "")


def texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Trimmed text; null becomes ''."""
    if not _is_text(column.type):
        column = pc.cast(column, pa.string())
    return pc.fill_null(pc.utf8_trim_whitespace(column), "")


def numbers(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """(float64 with NaN for null, mask of unreadable entries). '1,234.5' is read, '12,5', 'inf' and '1.2.3' are not."""
    if not _is_text(column.type):
        values = _to_numpy(pc.cast(column, pa.float64(), safe=False))
        return np.where(np.isinf(values), np.nan, values), np.isinf(values)
    try:
        values = _to_numpy(pc.cast(column, pa.float64()))
    except pa.ArrowInvalid:
        return _numbers_one_by_one(texts(column))
    return np.where(np.isinf(values), np.nan, values), np.isinf(values)


def _numbers_one_by_one(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    absent = pc.is_in(pc.utf8_lower(column), _null_words())
    grouped = pc.match_substring_regex(column, _GROUPED)
    column = pc.if_else(grouped, pc.replace_substring(column, ",", ""), column)
    readable = pc.match_substring_regex(column, _PLAIN)
    values = _to_numpy(pc.cast(pc.if_else(readable, column, None), pa.float64()))
    bad = ~(_bools(readable) | _bools(absent)) | np.isinf(values)
    return np.where(bad, np.nan, values), bad


def dates(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """(datetime64[D] with NaT for null, mask of unreadable entries). Reads 2024-01-31, 2024/01/31, 2024.01.31,
    20240131, each also followed by a time; days and months in another order are not guessed."""
    if pa.types.is_temporal(column.type):
        return pc.cast(column, pa.date32(), safe=False).to_numpy().astype("datetime64[D]"), _no(column)
    index, words = codes(texts(column))
    found = [date_of(word) for word in words]
    values = np.array([np.datetime64("NaT" if day is None else day, "D") for day in found], dtype="datetime64[D]")
    absent = np.array([word.lower() in ("", "-", "null", "none", "nan", "nat", "n/a") for word in words], dtype=bool)
    if not len(words):
        return np.empty(0, dtype="datetime64[D]"), _no(column)
    return values[index], (np.isnat(values) & ~absent)[index]


def date_of(word: str) -> dt.date | None:
    """One date in any of the accepted spellings; None where it is none of them."""
    found = _DATE.match(word)
    if found is None or (
        not found.group(2) and len(word.split(" ", maxsplit=1)[0].split("T", maxsplit=1)[0]) != len("20240131")
    ):
        return None
    try:
        return dt.date(int(found.group(1)), int(found.group(3)), int(found.group(4)))
    except ValueError:
        return None


def codes(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    """(index of each row into the distinct values, the distinct values in order of appearance)."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


def booleans(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """(bool, mask of unreadable entries); empty is False."""
    if pa.types.is_boolean(column.type):
        return _bools(pc.fill_null(column, False)), _no(column)
    index, words = codes(pc.utf8_lower(texts(column)))
    values = np.array([word in _TRUE for word in words], dtype=bool)
    bad = np.array([word not in _TRUE + _FALSE for word in words], dtype=bool)
    return (values[index], bad[index]) if words else (_no(column), _no(column))


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _to_numpy(column: pa.ChunkedArray) -> np.ndarray:
    return pc.fill_null(column, float("nan")).to_numpy().astype(np.float64)


def _bools(column: pa.ChunkedArray) -> np.ndarray:
    return column.to_numpy().astype(bool)


def _no(column: pa.ChunkedArray) -> np.ndarray:
    return np.zeros(len(column), dtype=bool)


@lru_cache(maxsize=1)
def _null_words() -> pa.Array:
    """Made when first used: making an array imports pandas, a fifth of a second that most commands never need."""
    return pa.array(NULL_WORDS)
