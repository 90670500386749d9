"""``index_list``: members and weights of an index as a sector fund publishes them, under a line with the moment."""

import re

from etfs.sources import cells
from etfs.sources.base import Ask, Composition, FileSource, Kind, Line, LineKind, Parsed, Raw, SourceProblem
from etfs.sources.compose import asked_day, good
from etfs.sources.grids import Grid
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, documented, read_table

COLUMNS = (
    Column("ticker", ("Symbol",), "local code", needed=True),
    Column("name", ("Company Name",), "", needed=True),
    Column("weight", ("Index Weight",), "percent of the INDEX, with sign", needed=True),
    Column("last", ("Last",), "USD; read to recognise shifted columns, not kept"),
)
_AS_OF = re.compile(r"as of .*?\b(\d{1,2}/\d{1,2}/\d{4})$")


@register
class IndexList(FileSource):
    name = "index_list"
    title = "Index holdings and weights as published by a US sector fund (no shares, no cash)"
    kinds = (Kind.HOLDINGS,)
    regions = ("US",)
    columns = documented(COLUMNS)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """What the index holds, not the fund: the file names neither, the fund is the one asked for."""
        table = read_table(raw, COLUMNS)
        said = _as_of(table.preamble)
        try:
            day = cells.day(said, us=True) if said else asked_day(raw, ask)
        except ValueError as error:
            raise SourceProblem(f"{raw.name}: as of: {error}") from error
        lines, bad = good((row, _line(row)) for row in table.rows)
        return Parsed((Composition(ask.ticker, day, lines, "USD", bad_rows=bad),))


def _as_of(preamble: Grid) -> str:
    """'Index Holdings and weightings as of 6:03 PM ET 02/03/2025' -> '02/03/2025'; the site is American."""
    found = (_AS_OF.search(cells.clean(row[0])) for row in preamble if row)
    return next((match[1] for match in found if match), "")


def _line(row: Row) -> Line:
    row.optional("last")
    row.need_text("ticker")
    row.need_text("name")
    weight = row.needed("weight", percent=True)
    if weight is not None and not row.text("weight").endswith("%"):  # as the price beside it, if columns are shifted
        row.refuse("weight", "unreadable_number", "a weight without the sign of percent")
    return Line(row.number, LineKind.STOCK, ticker=row.code("ticker"), name=row.text("name"), weight=weight)
