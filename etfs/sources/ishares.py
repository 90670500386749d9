"""``ishares``: BlackRock's holdings CSV, with the fund's name and shares outstanding above the table."""

import datetime as dt

from etfs.sources import cells
from etfs.sources.base import (
    GIVE_DATE,
    Ask,
    Composition,
    DayStat,
    FileSource,
    FundFacts,
    Kind,
    Line,
    LineKind,
    Parsed,
    Raw,
    SourceProblem,
)  # fmt: skip
from etfs.sources.compose import good, one_currency
from etfs.sources.listings import region_of_exchange
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, Table, documented, read_table

COLUMNS = (
    Column("ticker", ("Ticker", "Issuer Ticker"), "local code without dot (BRKB); cash and futures have one too"),
    Column("identifier", ("ISIN", "CUSIP"), ""),
    Column("name", ("Name",), "", needed=True),
    Column("sector", ("Sector",), ""),
    Column("asset", ("Asset Class",), "Equity, Fixed Income, Cash, Money Market, Futures ...", needed=True),
    Column("value", ("Market Value",), "currency of the fund; 0 for futures", needed=True),
    Column("weight", ("Weight (%)", "Weight"), "percent of the fund", needed=True),
    Column("shares", ("Shares", "Quantity", "Par Value"), "shares, contracts, or money for cash", needed=True),
    Column("country", ("Location",), "country of risk"),
    Column("exchange", ("Exchange",), "name of the exchange"),
    Column("fund_currency", ("Currency",), "currency of the market value"),
    Column("currency", ("Market Currency",), "trading currency of the holding"),
)
_KINDS = {
    "equity": LineKind.STOCK,
    "fixed income": LineKind.BOND,
    "cash": LineKind.CASH,
    "money market": LineKind.CASH,
    "cash collateral and margins": LineKind.CASH,
    "futures": LineKind.DERIVATIVE,
    "forwards": LineKind.DERIVATIVE,
    "fx": LineKind.DERIVATIVE,
    "options": LineKind.DERIVATIVE,
    "swaps": LineKind.DERIVATIVE,
    "commodity": LineKind.OTHER,
}


@register
class IShares(FileSource):
    name = "ishares"
    title = "iShares (BlackRock): holdings CSV with preamble and legal footer"
    kinds = (Kind.HOLDINGS, Kind.FUNDS, Kind.STATS)
    regions = ()
    columns = documented(COLUMNS)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """The file names its fund in words only: without a ticker in ``ask`` there are no facts and no day's figure."""
        table = read_table(raw, COLUMNS)
        as_of = _day_above(table, "Fund Holdings as of", raw.name) or ask.date
        if as_of is None:
            raise SourceProblem(f"{raw.name}: no row 'Fund Holdings as of' above the header: {GIVE_DATE}")
        lines, bad = good((row, _line(row)) for row in table.rows)
        currency = _only(table, "fund_currency") or one_currency(lines)
        name = _fund_name(table)
        found = Composition(ask.ticker, as_of, lines, currency, fund_name=name, bad_rows=bad)
        return Parsed((found,), *_about(table, ask.ticker, name, as_of, raw.name))


def _line(row: Row) -> Line:
    asset, exchange = row.text("asset"), row.text("exchange")
    row.need_text("name")
    row.need_text("asset")
    if any(sign.isdigit() for sign in asset):  # new classes may come, but none is a number: the columns are shifted
        row.refuse("asset", "unknown_value", f"{asset[:40]!r} is not a class of assets")
    return Line(
        row.number,
        _KINDS.get(asset.lower(), LineKind.UNKNOWN),
        ticker=row.code("ticker"),
        identifier=row.code("identifier"),
        name=row.text("name"),
        weight=row.needed("weight", percent=True),
        shares=row.needed("shares"),
        market_value=row.needed("value", money=True),
        currency=row.code("currency") or row.code("fund_currency"),
        sector=row.text("sector"),
        country=row.text("country"),
        exchange=exchange,
        listing=region_of_exchange(exchange),
    )


def _about(
    table: Table, ticker: str, name: str, as_of: dt.date, file: str
) -> tuple[tuple[FundFacts, ...], tuple[DayStat, ...]]:
    """What the preamble says of the fund, as far as it says it."""
    if not ticker:
        return (), ()
    facts = {"name": name, "inception_date": _day_above(table, "Inception Date", file), "issuer": "BlackRock"}
    known = {key: value for key, value in facts.items() if value}
    try:
        count = cells.number(table.above("Shares Outstanding"))
    except ValueError as error:
        raise SourceProblem(f"{file}: Shares Outstanding: {error}") from error
    stats = (DayStat(ticker, as_of, shares_outstanding=count),) if count is not None else ()
    return (FundFacts(ticker, known),), stats


def _day_above(table: Table, label: str, file: str) -> dt.date | None:
    text = table.above(label)
    try:
        return cells.day(text) if text else None
    except ValueError as error:
        raise SourceProblem(f"{file}: {label}: {error}") from error


def _fund_name(table: Table) -> str:
    """The lone text of the first row; samples without it begin with the date."""
    first = [cells.clean(cell) for cell in table.preamble[0]] if table.preamble else []
    return first[0] if first and not any(first[1:]) else ""


def _only(table: Table, key: str) -> str:
    found = {row.text(key) for row in table.rows} - {""}
    return found.pop() if len(found) == 1 else ""
