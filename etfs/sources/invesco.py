"""``invesco``: Invesco's holdings CSV."""

from etfs.sources.base import Ask, FileSource, Kind, Line, LineKind, Parsed, Raw
from etfs.sources.compose import Entry, compositions
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, documented, read_table

COLUMNS = (
    Column("fund", ("Fund Ticker",), "fund's ticker", needed=True),
    Column("identifier", ("Security Identifier",), "CUSIP"),
    Column("ticker", ("Holding Ticker",), "local code, a blank behind it", needed=True),
    Column("shares", ("Shares/Par Value",), "shares", needed=True),
    Column("value", ("MarketValue", "Market Value"), "USD", needed=True),
    Column("weight", ("Weight",), "percent of the fund", needed=True),
    Column("name", ("Name",), "", needed=True),
    Column("class", ("Class of Shares",), "Common Stock, American Depository Receipt ..."),
    Column("sector", ("Sector",), ""),
    Column("day", ("Date",), "MM/DD/YYYY", needed=True),
)
_STOCKS = ("common stock", "american depository receipt", "reit", "real estate investment trust", "preferred stock")
_CASH = ("currency", "cash", "money market")


@register
class Invesco(FileSource):
    name = "invesco"
    title = "Invesco: holdings CSV"
    kinds = (Kind.HOLDINGS,)
    regions = ("US",)
    columns = documented(COLUMNS)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        return compositions([_entry(row) for row in read_table(raw, COLUMNS).rows], currency="USD")


def _entry(row: Row) -> Entry:
    line = Line(
        row.number,
        _kind(row.text("class").lower()),
        ticker=row.code("ticker"),
        identifier=row.code("identifier"),
        name=row.text("name"),
        weight=row.needed("weight", percent=True),
        shares=row.needed("shares"),
        market_value=row.needed("value", money=True),
        sector=row.text("sector"),
    )
    row.need_text("name")
    row.need_text("fund")
    return Entry(row, row.code("fund"), row.day("day", us=True), line)


def _kind(share_class: str) -> LineKind:
    if share_class.startswith(_STOCKS):
        return LineKind.STOCK
    return LineKind.CASH if share_class.startswith(_CASH) else LineKind.UNKNOWN
