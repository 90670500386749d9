"""Rows below a header that stands somewhere below a preamble, and rows that say what is wrong with them."""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from etfs.sources import cells
from etfs.sources.base import Raw, SourceProblem
from etfs.sources.grids import Grid, csv_grid, is_xlsx, xlsx_grid
from market.sources.base import BadRow

_HEADER_WITHIN = 60  # rows: preambles have a dozen
_SHOWN = 200  # characters kept of each cell of a bad row
_NOTE_LENGTH, _NOTE_WORDS = 60, 8  # a legal footer is a sentence; a name cut off in the middle of a row is not
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./&*+'_-]{0,19}", re.ASCII)


@dataclass(frozen=True)
class Column:
    """A column by our name (``key``), the spellings sources use for it, its meaning and unit."""

    key: str
    spellings: tuple[str, ...]
    meaning: str
    needed: bool = False  # without it the file is not of this layout


def documented(columns: Sequence[Column]) -> dict[str, str]:
    """For ``EtfSource.columns``: every spelling with its meaning."""
    return {spelling: column.meaning for column in columns for spelling in column.spellings}


@dataclass
class Row:
    """One row by our column names. Readers note in ``problems`` what they cannot read and give None."""

    number: int
    by_key: Mapping[str, str]
    raw: Mapping[str, str]  # by the file's own column names
    names: Mapping[str, str]  # our key -> the file's own name
    problems: list[BadRow] = field(default_factory=list)

    def text(self, key: str) -> str:
        """Trimmed; '' for '-' and '--' and where the file has no such column."""
        text = cells.clean(self.by_key.get(key, ""))
        return "" if text in cells.NULLS else text

    def code(self, key: str) -> str:
        """A ticker or identifier as written; anything that is none (a price, a sentence) is a problem."""
        text = self.text(key)
        if text and not _CODE.fullmatch(text):
            self.refuse(key, "unreadable_code", f"{text[:60]!r} is not a code")
        return text

    def optional(self, key: str, *, money: bool = False, percent: bool = False) -> Decimal | None:
        try:
            return cells.number(self.by_key.get(key, ""), money=money, percent=percent)
        except ValueError as error:
            self.refuse(key, "unreadable_number", str(error))
            return None

    def needed(self, key: str, *, money: bool = False, percent: bool = False) -> Decimal | None:
        """As ``optional``, but no figure is a problem."""
        found = self.optional(key, money=money, percent=percent)
        if found is None and not any(problem.column == self.names.get(key, key) for problem in self.problems):
            self.refuse(key, "missing_value", "no figure where the source always has one")
        return found

    def day(self, key: str, *, us: bool = False) -> dt.date | None:
        try:
            return cells.day(self.by_key.get(key, ""), us=us)
        except ValueError as error:
            self.refuse(key, "unreadable_date", str(error))
            return None

    def need_text(self, *keys: str) -> None:
        """A problem unless one of the columns has text."""
        if not any(self.text(key) for key in keys):
            self.refuse(keys[0], "missing_value", "no text where the source always has some")

    def refuse(self, key: str, reason: str, message: str) -> None:
        self.problems.append(BadRow(self.number, self.names.get(key, key), reason, message, dict(self.raw)))


@dataclass(frozen=True)
class Table:
    """What stood above the header, and the rows below it."""

    preamble: Grid
    header: tuple[str, ...]  # as the file writes it
    keys: tuple[str, ...]  # our name of each column, '' where we have none
    rows: tuple[Row, ...]

    def above(self, label: str) -> str:
        """The second cell of the preamble's row that begins with ``label`` ('' without one)."""
        for row in self.preamble:
            if len(row) > 1 and cells.clean(row[0]).rstrip(":").lower() == label.lower():
                found = cells.clean(row[1])
                return "" if found in cells.NULLS else found
        return ""


def read_table(raw: Raw, columns: Sequence[Column]) -> Table:
    """The table in a CSV or XLSX file. SourceProblem when a needed column is missing or no row stands below it."""
    padded = is_xlsx(raw)  # a sheet leaves empty cells at the end out, a CSV row that is too short was cut
    grid = xlsx_grid(raw) if padded else csv_grid(raw)
    at, keys = _header(grid, columns, raw.name)
    header = tuple(cells.clean(cell) for cell in grid[at])
    rows = tuple(_rows(grid[at + 1 :], header, keys, padded=padded))
    if not rows:
        raise SourceProblem(f"{raw.name}: a header but no rows below it", "empty")
    return Table(grid[:at], header, keys, rows)


def _plain(text: str) -> str:
    """'Weight (%)' and 'weight(%)' are one column."""
    return "".join(sign for sign in text.lower() if sign.isalnum() or sign in "%$#")


def _header(grid: Grid, columns: Sequence[Column], name: str) -> tuple[int, tuple[str, ...]]:
    """The first row that has all needed columns; or a word about the row that comes nearest."""
    known = {_plain(spelling): column.key for column in columns for spelling in column.spellings}
    needed = {column.key for column in columns if column.needed}
    best, most = -1, 1
    for at, row in enumerate(grid[:_HEADER_WITHIN]):
        keys = tuple(known.get(_plain(cell), "") for cell in row)
        if needed <= set(keys):
            twice = sorted({cell for cell, key in zip(row, keys, strict=True) if key and keys.count(key) > 1})
            if twice:
                raise SourceProblem(f"{name}: the header has a column more than once: {', '.join(map(repr, twice))}")
            if any("," in line for cell in row for line in cell.splitlines()[1:]):
                raise SourceProblem(f"{name}: a quote opens in the header and is closed lines below or never")
            return at, keys
        if len(set(keys) - {""}) > most:
            best, most = at, len(set(keys) - {""})
    if best < 0:
        wanted = ", ".join(column.spellings[0] for column in columns if column.needed)
        raise SourceProblem(f"{name}: no header row found (looked for {wanted})")
    have = {known.get(_plain(cell), "") for cell in grid[best]}
    missing = [" or ".join(column.spellings) for column in columns if column.needed and column.key not in have]
    raise SourceProblem(f"{name}: missing column {', '.join(missing)} (the file has: {', '.join(grid[best][:30])})")


def _rows(grid: Grid, header: tuple[str, ...], keys: tuple[str, ...], *, padded: bool) -> Iterator[Row]:
    names = {key: name for key, name in zip(keys, header, strict=True) if key}
    below_notes = False
    for number, row in enumerate(grid, 1):
        filled = [i for i, cell in enumerate(row) if cells.clean(cell)]
        if not filled:
            continue
        if filled == [0] and (below_notes or is_note(row[0], len(header))):
            below_notes = True  # below the first sentence of the footer a lone cell is footer too, however short
            continue
        yield _row(number, row, header, keys, names, short=not padded and len(row) < len(header))


def _row(
    number: int, row: list[str], header: tuple[str, ...], keys: tuple[str, ...], names: dict[str, str], *, short: bool
) -> Row:
    width = len(header)
    full = [*row, *[""] * (width - len(row))]
    raw = {name or f"column {i}": cell[:_SHOWN] for i, (name, cell) in enumerate(zip(header, full, strict=False), 1)}
    found = Row(number, {key: cell for key, cell in zip(keys, full, strict=False) if key}, raw, names)
    if short or any(cells.clean(cell) for cell in row[width:]):
        found.refuse("", "wrong_field_count", f"{len(row)} fields where the header has {width}")
    elif any("\n" in cell.strip() for key, cell in zip(keys, full, strict=False) if key):
        found.refuse("", "open_quote", "a quote that is closed lines below or never")
    return found


def is_note(text: str, width: int) -> bool:
    """Whether a row's only text is a sentence of the small print, and not a quote that swallowed the rows below it."""
    lines = cells.clean(text).splitlines()
    swallowed = any(_like_a_row(line, width) for line in lines[1:])
    return len(text) >= _NOTE_LENGTH and len(text.split()) >= _NOTE_WORDS and not swallowed


def _like_a_row(line: str, width: int) -> bool:
    """As many fields as the header, and a figure among them."""
    fields = next(csv.reader([line]), [])
    if len(fields) < width:
        return False
    return any(one.strip(' $%"').replace(",", "").replace(".", "").isdigit() for one in fields)
