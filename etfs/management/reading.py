"""What the reading commands share: errors with their exit codes, tables that fit a terminal, figures in few digits."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from etfs.services import Ambiguous, EtfError, NotFound
from market.cli import Exit, HouseCommand, iso_date
from market.regions import REGIONS

Number = float | int | Decimal | None
NOTHING = "-"
_UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))


class ReadingCommand(HouseCommand):
    """A command that only reads: says what cannot be found, and which words would name one thing."""

    @contextmanager
    def answered(self) -> Iterator[None]:
        """Leave with 1 when there is no such thing, with 2 when the request is wrong or names several."""
        try:
            yield
        except Ambiguous as error:
            choices = "".join(f"\n  {choice}" for choice in error.choices)
            self.fail(f"several regions list it; say which one you mean:{choices}", Exit.USAGE)
        except NotFound as error:
            self.fail(str(error), Exit.FAILED)
        except EtfError as error:
            self.fail(str(error), Exit.USAGE)

    def say(self, text: str = "") -> None:
        """A line of text, not broken."""
        self.out().print(Text(text), soft_wrap=True)

    def show(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, below: str = "") -> None:
        """A table. Columns named ``>word`` are figures, to the right; those named ``~word`` are cut where it is narrow,
        all others never."""
        made = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
        for name in columns:
            cut = name.startswith("~")
            made.add_column(name.lstrip(">~"), justify="right" if name.startswith(">") else "left", no_wrap=not cut)
        for row in rows:
            made.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in row))
        if title:
            self.say(title)
        self.out().print(made)
        if below:
            self.say(below)


def add_as_of(parser: ArgumentParser) -> None:
    parser.add_argument("--as-of", type=iso_date, metavar="DATE", help="YYYY-MM-DD: as it was then (default: now)")


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON; figures of a source keep its digits, as text")


def add_region(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("--region", default="", type=str.upper, choices=["", *REGIONS], metavar="CODE", help=what)


def facts(rows: Sequence[tuple[str, str]]) -> Table:
    """Name and value side by side, those without a value left out."""
    made = Table(show_header=False, box=None, pad_edge=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column()
    for name, value in rows:
        if value and value != NOTHING:
            made.add_row(name, Text(value))
    return made


def digits(value: Number, places: int = 2, *, sign: bool = False) -> str:
    """1234.567 -> 1,234.57; with ``sign`` +1,234.57."""
    return NOTHING if value is None else f"{value:{'+' if sign else ''},.{places}f}"


def amount(value: Number, *, sign: bool = False) -> str:
    """1234567890 -> 1.23bn; below a million whole, below a hundred with cents where it has any."""
    if value is None:
        return NOTHING
    for size, unit in _UNITS:
        if abs(value) >= size:
            return f"{float(value) / size:{'+' if sign else ''},.2f}{unit}"
    return digits(value, 0 if abs(value) >= 100 or value == int(value) else 2, sign=sign)


def symbol_of(row: dict[str, Any]) -> str:
    """``KR:005930``; without a region what the source calls it."""
    ticker = str(row["ticker"] or row.get("identifier") or "")
    return f"{row['region']}:{ticker}" if row.get("region") and ticker else ticker or NOTHING
