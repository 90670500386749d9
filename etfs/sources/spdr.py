"""``spdr``: State Street's daily holdings of an equity fund, XLSX with preamble (or its columns as CSV)."""

import datetime as dt
import re

from etfs.sources import cells
from etfs.sources.base import Ask, Composition, FileSource, FundFacts, Kind, Line, LineKind, Parsed, Raw, SourceProblem
from etfs.sources.compose import asked_day, good, one_currency
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, documented, read_table

COLUMNS = (
    Column("name", ("Name",), "", needed=True),
    Column("ticker", ("Ticker",), "local code with dot (BRK.B); '-' for cash", needed=True),
    Column("identifier", ("Identifier",), "CUSIP; 999USDZ92 and the like for cash"),
    Column("sedol", ("SEDOL",), "SEDOL"),
    Column("weight", ("Weight", "Weight (%)", "Percent of Fund"), "percent of the fund", needed=True),
    Column("sector", ("Sector",), "always '-' in the files seen"),
    Column("shares", ("Shares Held", "Shares"), "shares; money for cash", needed=True),
    Column("currency", ("Local Currency", "Currency"), "trading currency of the holding"),
)
_CASH_CODE = re.compile(r"999[A-Z]{3}Z\d\d")


@register
class Spdr(FileSource):
    name = "spdr"
    title = "SPDR (State Street): daily holdings XLSX of equity funds"
    kinds = (Kind.HOLDINGS, Kind.FUNDS)
    regions = ()
    columns = documented(COLUMNS)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        table = read_table(raw, COLUMNS)
        fund, name = table.above("Ticker Symbol") or ask.ticker, table.above("Fund Name")
        as_of = _day(table.above("Holdings"), raw) or asked_day(raw, ask)
        lines, bad = good((row, _line(row)) for row in table.rows)
        found = Composition(fund, as_of, lines, one_currency(lines), fund_name=name, bad_rows=bad)
        facts = FundFacts(fund, {"name": name, "issuer": "State Street"})
        return Parsed((found,), (facts,) if fund and name else ())


def _line(row: Row) -> Line:
    """The amount of a cash line stands in the column of shares: it is money, so it becomes the market value."""
    ticker, identifier = row.code("ticker"), row.code("identifier")
    cash = not ticker and _CASH_CODE.fullmatch(identifier) is not None
    amount = row.needed("shares")
    row.need_text("name")
    stock = LineKind.STOCK if ticker else LineKind.UNKNOWN
    return Line(
        row.number,
        LineKind.CASH if cash else stock,
        ticker=ticker,
        identifier=identifier or row.code("sedol"),
        name=row.text("name"),
        weight=row.needed("weight", percent=True),
        shares=None if cash else amount,
        market_value=amount if cash else None,
        currency=row.code("currency"),
        sector=row.text("sector"),
    )


def _day(said: str, raw: Raw) -> dt.date | None:
    """``As of 19-Mar-2024``; None where the file does not say it."""
    try:
        return cells.day(re.sub(r"(?i)^as of ", "", said)) if said else None
    except ValueError as error:
        raise SourceProblem(f"{raw.name}: Holdings: {error}") from error
