"""``ark``: ARK Invest's holdings, the issuer's daily file and the layout of a public history of it."""

import re

from etfs.sources.base import Ask, FileSource, Kind, Line, LineKind, Parsed, Raw
from etfs.sources.compose import Entry, compositions
from etfs.sources.listings import split_bloomberg
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, documented, read_table

COLUMNS = (
    Column("day", ("date",), "MM/DD/YYYY (issuer) or YYYY-MM-DD", needed=True),
    Column("fund", ("fund",), "fund's ticker", needed=True),
    Column("name", ("company",), "", needed=True),
    Column("ticker", ("ticker",), "local code, at times with a Bloomberg exchange code; blank for cash", needed=True),
    Column("identifier", ("cusip",), "CUSIP or SEDOL"),
    Column("shares", ("shares",), "shares; units of currency for cash", needed=True),
    Column("value", ("market value ($)", "market value($)"), "USD", needed=True),
    Column("weight", ("weight (%)", "weight(%)"), "percent of the fund", needed=True),
)
# Money market funds and currencies, as ARK names them. A blank ticker alone says nothing: in the history some stocks
# (a GDR of TCS Group, CM Life Sciences II) have none either.
_CASH = re.compile(r"\b(GOVT (CASH|INSTL)|MONEY (MARKET|MKT)|TREASURY (OBLIG|CASH|INSTL)|CASH (MAN|MGMT|COLLATERAL))")
_CURRENCIES = {
    "U.S. DOLLAR", "US DOLLAR", "EURO", "GREAT BRITISH POUND", "BRITISH POUND", "SWISS FRANC", "JAPANESE YEN",
    "HONG KONG DOLLAR", "CANADIAN DOLLAR", "SOUTH AFRICAN RAND",
}  # fmt: skip


@register
class Ark(FileSource):
    name = "ark"
    title = "ARK Invest: daily holdings files (also several funds and days in one file)"
    kinds = (Kind.HOLDINGS,)
    regions = ("US",)
    columns = documented(COLUMNS)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        return compositions([_entry(row) for row in read_table(raw, COLUMNS).rows], currency="USD")


def _entry(row: Row) -> Entry:
    ticker, exchange, listing = split_bloomberg(row.code("ticker"))
    name = row.text("name")
    row.need_text("name", "ticker")
    row.need_text("fund")
    line = Line(
        row.number,
        _kind(ticker, name),
        ticker=ticker,
        identifier=row.code("identifier"),
        name=name,
        weight=row.needed("weight", percent=True),
        shares=row.needed("shares"),
        market_value=row.needed("value", money=True),
        exchange=exchange,
        listing=listing,
    )
    return Entry(row, row.code("fund"), row.day("day", us=True), line)


def _kind(ticker: str, name: str) -> LineKind:
    upper = name.upper()
    if ticker:
        return LineKind.ETF if re.search(r"\bETF\b", upper) else LineKind.STOCK
    return LineKind.CASH if upper in _CURRENCIES or _CASH.search(upper) else LineKind.UNKNOWN
