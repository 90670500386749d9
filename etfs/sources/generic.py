"""``csv``: our own layouts of holdings, funds and days, for whatever has no source of its own."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from etfs.sources.base import GIVE_TICKER, Ask, DayStat, FileSource, FundFacts, Kind, Line, LineKind, Parsed, Raw
from etfs.sources.compose import Entry, compositions
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, documented, read_table
from market.regions import REGIONS

HOLDINGS = (
    Column("fund", ("fund",), "fund's ticker; blank: the one asked for"),
    Column("day", ("as_of_date",), "YYYY-MM-DD; blank: the day asked for"),
    Column("ticker", ("ticker",), "local code", needed=True),
    Column("identifier", ("identifier",), "ISIN, CUSIP or SEDOL"),
    Column("name", ("name",), ""),
    Column("kind", ("kind",), "STOCK, ETF, BOND, CASH, DERIVATIVE, OTHER; blank: unknown"),
    Column("weight", ("weight",), "percent of the fund", needed=True),
    Column("shares", ("shares",), "shares"),
    Column("value", ("market_value",), "currency of the fund's region"),
    Column("currency", ("currency",), "trading currency of the holding"),
    Column("sector", ("sector",), ""),
    Column("country", ("country",), ""),
    Column("exchange", ("exchange",), ""),
    Column("listing", ("listing",), "region of the listing: KR, US, CN, HK, JP or VN"),
)
_TEXTS = (
    "isin", "name", "name_local", "name_en", "exchange", "category", "subcategory", "tracking_index", "issuer",
    "domicile", "currency",
)  # fmt: skip
_NUMBERS = {
    "total_assets": "trading currency of the fund",
    "expense_ratio": "percent a year",
    "listed_shares": "shares",
    "leverage_ratio": "2 for twice the index, -1 for its inverse",
}
_FLAGS = ("is_inverse", "currency_hedged", "is_synthetic")
FUNDS = (
    Column("ticker", ("ticker",), "fund's ticker", needed=True),
    *(Column(key, (key,), "text") for key in _TEXTS),
    *(Column(key, (key,), unit) for key, unit in _NUMBERS.items()),
    *(Column(key, (key,), "true or false") for key in _FLAGS),
    Column("inception_date", ("inception_date",), "YYYY-MM-DD"),
)
_FIGURES = {
    "nav": "trading currency per share",
    "total_assets": "trading currency",
    "close": "trading currency per share",
    "shares_outstanding": "shares of that day's close",
    "volume": "shares",
    "trading_value": "trading currency",
    "index_level": "index points",
    "distribution": "trading currency per share, by ex-date",
}
STATS = (
    Column("ticker", ("ticker",), "fund's ticker", needed=True),
    Column("day", ("date",), "YYYY-MM-DD", needed=True),
    *(Column(key, (key,), unit) for key, unit in _FIGURES.items()),
)
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


@register
class GenericCsv(FileSource):
    name = "csv"
    title = "Our own CSV (or XLSX) of holdings, funds or days"
    kinds = (Kind.HOLDINGS, Kind.FUNDS, Kind.STATS)
    regions = ()
    columns = documented((*HOLDINGS, *FUNDS, *STATS))
    checked = "contract"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        if ask.kind == Kind.HOLDINGS:
            rows = read_table(raw, HOLDINGS).rows
            return compositions([_entry(row, ask) for row in rows], currency=ask.region.currency)
        if ask.kind == Kind.FUNDS:
            funds, bad = _good(read_table(raw, FUNDS).rows, _fund)
            return Parsed(funds=funds, bad_rows=bad)
        stats, bad = _good(read_table(raw, STATS).rows, _stat)
        return Parsed(stats=stats, bad_rows=bad)


def _good(rows: tuple[Row, ...], read: Callable[[Row], Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    found = [(row, read(row)) for row in rows]
    return tuple(one for row, one in found if not row.problems), tuple(bad for row in rows for bad in row.problems)


def _entry(row: Row, ask: Ask) -> Entry:
    fund = row.code("fund") or ask.ticker
    day = row.day("day") if row.text("day") or ask.date is None else ask.date
    if not fund:
        row.refuse("fund", "missing_value", f"which fund is it? {GIVE_TICKER}")
    row.need_text("ticker", "identifier", "name")
    line = Line(
        row.number,
        LineKind(_one_of(row, "kind", [*LineKind], LineKind.UNKNOWN)),
        ticker=row.code("ticker"),
        identifier=row.code("identifier"),
        name=row.text("name"),
        weight=row.optional("weight", percent=True),
        shares=row.optional("shares"),
        market_value=row.optional("value"),
        currency=row.code("currency"),
        sector=row.text("sector"),
        country=row.text("country"),
        exchange=row.text("exchange"),
        listing=_one_of(row, "listing", [*REGIONS], ""),
    )
    if not row.problems and line.weight is None and line.shares is None and line.market_value is None:
        row.refuse("weight", "missing_value", "neither weight nor shares nor market value")
    return Entry(row, fund, day, line)


def _one_of(row: Row, key: str, known: list[str], default: str) -> str:
    text = row.text(key).upper()
    if text and text not in known:
        row.refuse(key, "unknown_value", f"{text[:20]!r} is none of {', '.join(known)}")
        return default
    return text or default


def _fund(row: Row) -> FundFacts:
    """Facts the file gives; a blank cell says nothing and takes nothing away."""
    row.need_text("ticker")
    facts: dict[str, str | bool | Decimal | object | None] = {key: row.text(key) for key in _TEXTS}
    facts |= {key: row.optional(key, percent=key == "expense_ratio") for key in _NUMBERS}
    facts |= {key: _flag(row, key) for key in _FLAGS}
    if row.text("inception_date"):
        facts["inception_date"] = row.day("inception_date")
    known = {key: value for key, value in facts.items() if value is not None and value != ""}
    return FundFacts(row.code("ticker"), known, row.number)


def _flag(row: Row, key: str) -> bool | None:
    text = row.text(key).lower()
    if text and text not in (*_YES, *_NO):
        row.refuse(key, "unknown_value", f"{text[:20]!r} is neither true nor false")
    return text in _YES if text else None


def _stat(row: Row) -> DayStat | None:
    ticker, day = row.code("ticker"), row.day("day")
    row.need_text("ticker")
    figures = {key: row.optional(key) for key in _FIGURES}
    if not row.problems and not any(figure is not None for figure in figures.values()):
        row.refuse("close", "missing_value", "no figure at all")
    return DayStat(ticker, day, **figures, row_number=row.number) if day else None
