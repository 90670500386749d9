"""Rows to compositions: one for each fund and day in a file."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from etfs.sources.base import GIVE_DATE, Ask, Composition, Line, Parsed, Raw, SourceProblem
from etfs.sources.cells import day_in_name
from etfs.sources.tables import Row
from market.sources.base import BadRow


@dataclass(frozen=True)
class Entry:
    """A row, the fund and day it belongs to (None: it does not say) and its line."""

    row: Row
    fund: str
    day: dt.date | None
    line: Line


def compositions(entries: Iterable[Entry], *, currency: str) -> Parsed:
    """Lines by fund and day, in the file's order. A row that says neither may belong to any of them, so it makes
    every composition of the file unbelievable; where it is alone it stands by itself."""
    lines: dict[tuple[str, dt.date], list[Line]] = {}
    bad: dict[tuple[str, dt.date], list[BadRow]] = {}
    lost: list[BadRow] = []
    for entry in entries:
        if entry.day is None or not entry.fund:
            lost.extend(entry.row.problems)
            continue
        key = (entry.fund, entry.day)
        lines.setdefault(key, [])
        if entry.row.problems:
            bad.setdefault(key, []).extend(entry.row.problems)
        else:
            lines[key].append(entry.line)
    found = tuple(
        Composition(fund, day, tuple(held), currency, bad_rows=(*bad.get((fund, day), []), *lost))
        for (fund, day), held in lines.items()
    )
    return Parsed(compositions=found, bad_rows=() if found else tuple(lost))


def good(pairs: Iterable[tuple[Row, Line]]) -> tuple[tuple[Line, ...], tuple[BadRow, ...]]:
    """Lines of rows without a problem, and the problems of the others."""
    pairs = list(pairs)
    lines = tuple(line for row, line in pairs if not row.problems)
    return lines, tuple(problem for row, _ in pairs for problem in row.problems)


def one_currency(lines: Iterable[Line]) -> str:
    """The only currency of the lines, '' when there are several or none."""
    found = {line.currency for line in lines} - {""}
    return found.pop() if len(found) == 1 else ""


def asked_day(raw: Raw, ask: Ask) -> dt.date:
    """The day of a file that does not say it: as asked, or in its name. SourceProblem when neither."""
    found = ask.date or day_in_name(raw.name)
    if found is None:
        raise SourceProblem(f"{raw.name}: no date in the file or in its name: {GIVE_DATE}")
    return found
