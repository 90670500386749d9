"""Figures of funds by day, not from an exchange: ``kr_etf`` (a Korean fund a file), ``ark_prices``, ``ishares_nav``."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

from etfs.sources.base import GIVE_TICKER, Ask, DayStat, FileSource, Kind, Parsed, Raw, SourceProblem
from etfs.sources.registry import register
from etfs.sources.tables import Column, Row, documented, read_table

KOREAN = (
    Column("day", ("날짜",), "session", needed=True),
    Column("nav", ("NAV",), "KRW per share", needed=True),
    Column("close", ("종가",), "KRW", needed=True),
    Column("volume", ("거래량",), "shares", needed=True),
    Column("value", ("거래대금",), "KRW", needed=True),
    Column("level", ("기초지수",), "index followed; of a fund abroad the foreign close of the SAME calendar date"),
)
ARK = (
    Column("day", ("date",), "YYYY-MM-DD", needed=True),
    Column("ticker", ("fund",), "fund's ticker", needed=True),
    Column("close", ("close",), "USD", needed=True),
    Column("volume", ("volume",), "shares", needed=True),
    Column("distribution", ("dividends",), "USD per share; 0 for none", needed=True),
    Column("splits", ("stock_splits",), "ratio; 0 for none"),
)
ISHARES = (
    Column("day", ("As Of",), "'Aug 30, 2016'", needed=True),
    Column("nav", ("NAV per Share",), "trading currency per share", needed=True),
    Column("distribution", ("Ex-Dividends",), "trading currency per share, by ex-date; '--' for none", needed=True),
    Column("level", ("Index Return Series",), "index followed, 100 at the fund's start"),
)
_CODE = re.compile(r"([0-9][0-9A-Z]{5})(?=\.)")


@register
class KoreanFund(FileSource):
    name = "kr_etf"
    title = "Korean ETF by day: NAV, close, volume, value, index (one fund a file, named by its code)"
    kinds = (Kind.STATS,)
    regions = ("KR",)
    columns = documented(KOREAN)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        named = _CODE.match(raw.name.rsplit("/", 1)[-1])
        ticker = named[1] if named else ask.ticker
        if not ticker:
            raise SourceProblem(f"{raw.name}: no code in the file or in its name: {GIVE_TICKER}")
        return _parsed(read_table(raw, KOREAN).rows, ticker)


@register
class ArkPrices(FileSource):
    name = "ark_prices"
    title = "ARK funds by day: close, volume, distributions (public history)"
    kinds = (Kind.STATS,)
    regions = ("US",)
    columns = documented(ARK)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        return _parsed(read_table(raw, ARK).rows, "")


@register
class ISharesNav(FileSource):
    name = "ishares_nav"
    title = "iShares (Canada): NAV and distributions of one fund by day"
    kinds = (Kind.STATS,)
    regions = ()
    columns = documented(ISHARES)
    checked = "recording"

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        if not ask.ticker:
            raise SourceProblem(f"{raw.name}: the file does not say which fund it is: {GIVE_TICKER}")
        return _parsed(read_table(raw, ISHARES).rows, ask.ticker)


def _parsed(rows: Sequence[Row], ticker: str) -> Parsed:
    pairs = [(row, _stat(row, ticker or row.code("ticker"))) for row in rows]
    for row, stat in pairs:
        if not ticker:
            row.need_text("ticker")
        if not row.problems and stat.close is None and stat.nav is None and stat.distribution is None:
            row.refuse("close", "missing_value", "neither close nor NAV nor distribution")
    stats = tuple(stat for row, stat in pairs if not row.problems)
    return Parsed(stats=stats, bad_rows=tuple(problem for row, _ in pairs for problem in row.problems))


def _stat(row: Row, ticker: str) -> DayStat:
    """A distribution of 0 is none."""
    paid: Decimal | None = row.optional("distribution")
    row.optional("splits")
    return DayStat(
        ticker,
        row.day("day") or dt.date.min,  # then the row is refused
        nav=row.optional("nav"),
        close=row.optional("close"),
        volume=row.optional("volume"),
        trading_value=row.optional("value"),
        index_level=row.optional("level"),
        distribution=paid or None,
        row_number=row.number,
    )
