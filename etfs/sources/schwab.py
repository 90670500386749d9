"""Charles Schwab's public research pages (schwab.wallst.com): the holdings table of a US ETF.

The page holds the 20 largest lines and says how many there are; the rest is loaded by its scripts, which are not run. A
composition of a larger fund therefore arrives with ``expected_lines`` above its lines and is flagged as incomplete.
"""

import datetime as dt
import re
from html.parser import HTMLParser
from typing import ClassVar

from etfs.sources.answers import bad_of, rows_of, ticker_of
from etfs.sources.base import (
    Ask,
    Composition,
    Http,
    Kind,
    Line,
    LineKind,
    NetworkSource,
    Parsed,
    Raw,
    SourceProblem,
)
from etfs.sources.registry import register
from etfs.sources.tables import Row

_PATH = "/schwab/Prospect/research/etfs/schwabETF/index.asp"
_TABLE = "tthHoldingsTbody"  # id of the table's body
_PAGE = 20  # lines on a page
_COLUMNS = {
    "symbol": "ticker; blank or -- for cash",
    "description": "name",
    "weight": "percent of net assets",
    "shares": "shares held",
    "value": "market value, USD",
}
_DAY = re.compile(r"gHoldingsAsOfDate\s*=\s*'(\d{2})/(\d{2})/(\d{4})'")
_COUNT = re.compile(r"\bof\s+([\d,]+)\s+matches")


@register
class SchwabSource(NetworkSource):
    name: ClassVar[str] = "schwab"
    title: ClassVar[str] = "Schwab research pages (largest 20 lines)"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS,)
    regions: ClassVar[tuple[str, ...]] = ("US",)
    columns = _COLUMNS
    checked: ClassVar[str] = "contract"
    base_url: ClassVar[str] = "https://www.schwab.wallst.com"
    hosts: ClassVar[tuple[str, ...]] = ("www.schwab.wallst.com",)
    rate_limit: ClassVar[float] = 0.5

    def fetch(self, ask: Ask, http: Http) -> Raw:
        ticker = ticker_of(ask).upper()
        params = {"type": "holdings", "symbol": ticker}
        return Raw(http.get(f"{self.base_url}{_PATH}", params), f"{_PATH}?type=holdings&symbol={ticker}")

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        page = _Page()
        text = raw.content.decode("utf-8", "replace")
        page.feed(text)
        page.close()
        if not page.found:
            raise SourceProblem(f"{raw.name}: no table {_TABLE!r} in the page")
        if page.inside:
            raise SourceProblem(f"{raw.name}: the page ends within the table {_TABLE!r}")
        day, count = _DAY.search(text), _COUNT.search(" ".join("".join(page.words).split()))
        if not day:
            raise SourceProblem(f"{raw.name}: no 'gHoldingsAsOfDate' in the page")
        if not count and len(page.rows) >= _PAGE:
            raise SourceProblem(f"{raw.name}: the page does not say of how many lines it shows the first {_PAGE}")
        rows = rows_of([_record(cells, raw.name) for cells in page.rows], tuple(_COLUMNS), raw.name)
        found = Composition(
            fund=ticker_of(ask).upper(),
            as_of_date=_date(day, raw.name),
            lines=tuple(_line(row) for row in rows),
            currency="USD",
            expected_lines=int(count[1].replace(",", "")) if count else None,
            bad_rows=bad_of(rows),
        )
        return Parsed(compositions=(found,))


class _Page(HTMLParser):
    """Collects the cells of the holdings table, preferring their unrounded ``tsraw``, and all words of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found = self.inside = False
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self.raw: str | None = None
        self.cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tbody" and given.get("id") == _TABLE:
            self.found = self.inside = True
        elif self.inside and tag == "tr":
            self.rows.append([])
        elif self.inside and tag == "td" and self.rows:
            self.raw, self.cell = given.get("tsraw"), []

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.cell is not None:
            self.cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "tbody":
            self.inside = False
        elif tag == "td" and self.cell is not None:
            self.rows[-1].append(self.raw if self.raw else "".join(self.cell).strip())
            self.cell = None


def _record(cells: list[str], where: str) -> dict[str, str]:
    if len(cells) != len(_COLUMNS):
        raise SourceProblem(f"{where}: {len(cells)} cells in a row of the table, not {', '.join(_COLUMNS)}")
    return dict(zip(_COLUMNS, cells, strict=True))


def _line(row: Row) -> Line:
    row.need_text("symbol", "description")
    return Line(
        row_number=row.number,
        kind=LineKind.UNKNOWN,
        ticker=row.code("symbol"),
        name=row.text("description"),
        weight=row.needed("weight", percent=True),
        shares=row.optional("shares"),
        market_value=row.optional("value", money=True),
    )


def _date(found: re.Match[str], where: str) -> dt.date:
    try:
        return dt.date(int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        raise SourceProblem(f"{where}: 'gHoldingsAsOfDate' is no date ({found[0][-12:]})") from None
