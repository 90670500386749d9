"""Answers of network sources taken apart: JSON and CSV into rows that know their own column names."""

import csv
import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from etfs.sources.base import GIVE_DATE, Ask, Raw, SourceProblem
from etfs.sources.grids import csv_rows_bounded, json_bounded
from etfs.sources.tables import Row
from market.sources.base import BadRow

STALE_AFTER = dt.timedelta(days=7)  # an answer without a date is of the last session: a week spans every holiday


def text_of(raw: Raw, encoding: str = "utf-8-sig") -> str:
    """The answer as text; SourceProblem when it is in another encoding or an HTML page (notices come with 200)."""
    try:
        text = raw.content.decode(encoding)
    except UnicodeDecodeError:
        raise SourceProblem(f"{raw.name}: the answer is not {encoding} text") from None
    if text.lstrip()[:1] == "<":
        raise SourceProblem(f"{raw.name}: a page (HTML or XML) instead of data")
    return text


def json_of(raw: Raw) -> Any:
    """JSON with all fractions as Decimal, so that figures keep their digits; NaN and Infinity are no JSON."""
    try:
        return json.loads(json_bounded(text_of(raw), raw.name), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        if isinstance(error, SourceProblem):
            raise
        raise SourceProblem(f"{raw.name}: the answer is not JSON ({str(error)[:80]})") from None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number")


def member(data: Any, field: str, kind: type, where: str) -> Any:
    """``data[field]``, which must be there and of this kind."""
    if not isinstance(data, dict) or field not in data:
        raise SourceProblem(f"{where}: the field {field!r} is missing")
    found = data[field]
    if not isinstance(found, kind):
        raise SourceProblem(f"{where}: the field {field!r} is {type(found).__name__}, not {kind.__name__}")
    return found


def csv_rows(text: str, needed: Sequence[str], where: str, first: int = 1) -> list[Row]:
    """Rows below the header line of ``text``. SourceProblem names a missing column, or that there is no row."""
    try:
        lines = [cells for cells in csv_rows_bounded(text, where, strict=True) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise SourceProblem(f"{where}: not CSV ({error})") from None
    if not lines:
        raise SourceProblem(f"{where}: no line in the answer", "empty")
    header = [cell.strip() for cell in lines[0]]
    while not header[-1]:  # commas at the end of every line
        header.pop()
    for number, cells in enumerate(lines[1:], first):
        if len(cells) < len(header):
            raise SourceProblem(f"{where}: row {number} has {len(cells)} cells, not {len(header)}")
    records = [dict(zip(header, cells, strict=False)) for cells in lines[1:]]
    missing = [column for column in needed if column not in header]
    if missing:
        raise SourceProblem(f"{where}: the column {missing[0]!r} is missing")
    return rows_of(records, needed, where, first)


def rows_of(records: Iterable[Any], needed: Sequence[str], where: str, first: int = 1) -> list[Row]:
    """Records as rows, numbered from ``first``. A row without a ``needed`` column is another layout; null is blank."""
    rows = []
    for number, record in enumerate(records, first):
        if not isinstance(record, Mapping):
            raise SourceProblem(f"{where}: row {number} is {type(record).__name__}, not a record")
        missing = [column for column in needed if column not in record]
        if missing:
            raise SourceProblem(f"{where}: the field {missing[0]!r} is missing in row {number}")
        cells = {column: _cell(value) for column, value in record.items()}
        rows.append(Row(number, cells, cells, {}))
    if not rows:
        raise SourceProblem(f"{where}: no row in the answer", "empty")
    return rows


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def bad_of(rows: Iterable[Row]) -> tuple[BadRow, ...]:
    return tuple(problem for row in rows for problem in row.problems)


def compact_day(text: str, where: str) -> dt.date:
    """A date written 20240319, 2024-03-19 or 2024/03/19; SourceProblem for anything else."""
    digits = text.strip().replace("-", "").replace("/", "").replace(".", "")
    try:
        if len(digits) != 8 or not digits.isdecimal():
            raise ValueError
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise SourceProblem(f"{where}: {text[:30]!r} is not a date") from None


def present_name(name: str, ask: Ask) -> str:
    """``name`` with the day the answer is of, for answers that do not say it: the day asked for, else today at the
    exchange. SourceProblem for a day that the present cannot stand for."""
    today = ask.region.today()
    date = ask.date or today
    if date > today or today - date > STALE_AFTER:
        raise SourceProblem(f"{name}: knows only the present, not {date}", "empty")
    return f"{name}#{date}"


def present_day(raw: Raw, ask: Ask) -> dt.date:
    """The day that ``present_name`` noted in the name."""
    noted = raw.name.rpartition("#")[2]
    try:
        return dt.date.fromisoformat(noted)
    except ValueError:
        if ask.date is None:
            raise SourceProblem(f"{raw.name}: the answer has no date: {GIVE_DATE}") from None
        return ask.date


def ticker_of(ask: Ask) -> str:
    """The fund asked for, which goes into addresses: letters, digits, dot and hyphen only."""
    ticker = ask.ticker.strip()
    if not ticker or not all(c.isascii() and (c.isalnum() or c in ".-") for c in ticker) or len(ticker) > 20:
        raise SourceProblem(f"{ask.ticker[:40]!r} is not the ticker of a fund", "refused")
    return ticker


def key_of(setting: str) -> str:
    """A key from the environment. SourceProblem names the variable that is missing, never a value."""
    key = os.environ.get(setting, "").strip()
    if not key:
        raise SourceProblem(f"the environment variable {setting} is not set", "auth")
    return key
