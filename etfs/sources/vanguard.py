"""``vanguard``: Vanguard's holdings CSV (UCITS), which names neither its fund nor its day."""

import re

from etfs.sources.base import Ask, Composition, FileSource, Kind, Line, LineKind, Parsed, Raw
from etfs.sources.cells import without_sign
from etfs.sources.compose import asked_day, good
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, Table, documented, read_table
from market.regions import REGIONS

COLUMNS = (
    Column("ticker", ("Ticker",), "bare local code: 2330, 005930, BRK/B", needed=True),
    Column("name", ("Holding name", "Holdings"), "", needed=True),
    Column("weight", ("% of market value", "% of funds*"), "percent of the fund, with sign", needed=True),
    Column("sector", ("Sector", "Sub-sector"), ""),
    Column("country", ("Region", "Country"), "ISO code of the country", needed=True),
    Column("value", ("Market value",), "money with the sign of its currency, US$1,234.50", needed=True),
    Column("shares", ("Shares",), "shares", needed=True),
)
# The country alone does not say where a share is listed (a company of GB may trade in New York). Where the code
# has the shape of the codes of that country's exchange as well, it does.
_SHAPES = {
    "KR": re.compile(r"[0-9][0-9A-Z]{5}"),
    "JP": re.compile(r"[0-9][0-9A-Z]{3}"),
    "HK": re.compile(r"[0-9]{1,5}"),
    "CN": re.compile(r"[036][0-9]{5}"),
    "VN": re.compile(r"[A-Z][A-Z0-9]{2}"),
    "US": re.compile(r"[A-Z]{1,5}([./][A-Z])?"),
}


@register
class Vanguard(FileSource):
    name = "vanguard"
    title = "Vanguard: holdings CSV (UCITS funds)"
    kinds = (Kind.HOLDINGS,)
    regions = ()
    columns = documented(COLUMNS)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """The file leaves cash and derivatives out, as its footer says: weights need not sum to 100."""
        table = read_table(raw, COLUMNS)
        lines, bad = good((row, _line(row)) for row in table.rows)
        return Parsed((Composition(ask.ticker, asked_day(raw, ask), lines, _currency(table), bad_rows=bad),))


def _line(row: Row) -> Line:
    ticker, country = row.code("ticker"), row.text("country")
    row.need_text("name")
    return Line(
        row.number,
        LineKind.STOCK if ticker else LineKind.UNKNOWN,
        ticker=ticker,
        name=row.text("name"),
        weight=row.needed("weight", percent=True),
        shares=row.needed("shares"),
        market_value=row.needed("value", money=True),
        sector=row.text("sector"),
        country=country,
        listing=country if country in REGIONS and _SHAPES[country].fullmatch(ticker) else "",
    )


def _currency(table: Table) -> str:
    """The currency of all amounts, '' where the sign is one that several share or they differ."""
    found = {without_sign(row.text("value"))[1] for row in table.rows}
    return found.pop() if len(found) == 1 else ""
