"""Eastmoney through the package akshare: stock holdings of Chinese ETFs by quarter, prices of Chinese and HK ones.

Quarterly reports name only the ten largest stocks; those of June and December all stocks; none has bonds or cash.
How many lines there should be is nowhere said.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Any, ClassVar

from etfs.sources.answers import bad_of, compact_day, csv_rows, text_of, ticker_of
from etfs.sources.base import (
    Ask,
    Composition,
    DayStat,
    FundFacts,
    Http,
    Kind,
    Line,
    LineKind,
    NetworkSource,
    Parsed,
    Raw,
    SourceProblem,
)
from etfs.sources.libraries import call, frame_bytes, library
from etfs.sources.registry import register
from etfs.sources.tables import Row

_TEN_THOUSAND, _LOT = Decimal(10_000), Decimal(100)
_QUARTER = re.compile(r"(\d{4})年([1-4])季度")
_ENDS = {"1": (3, 31), "2": (6, 30), "3": (9, 30), "4": (12, 31)}
_SPAN = dt.timedelta(days=30)
_LINES = {
    "股票代码": "local code of the stock",
    "股票名称": "name",
    "占净值比例": "weight, percent of net assets",
    "持股数": "shares, ten thousands",
    "持仓市值": "value, ten thousand CNY",
    "季度": "report: 2024年1季度股票投资明细",
}
_SPOT = {
    "代码": "ticker",
    "名称": "name",
    "最新价": "price now, CNY",
    "成交量": "volume, lots of 100 shares",
    "成交额": "trading value, CNY",
    "最新份额": "shares outstanding",
    "数据日期": "day",
}
_BARS = {
    "日期": "day",
    "收盘": "close, HKD, unadjusted",
    "成交量": "volume, shares (HK)",
    "成交额": "trading value, HKD (HK)",
}


@register
class AkshareSource(NetworkSource):
    name: ClassVar[str] = "akshare"
    title: ClassVar[str] = "Eastmoney (akshare)"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS, Kind.FUNDS, Kind.STATS)
    regions: ClassVar[tuple[str, ...]] = ("CN", "HK")
    columns = _LINES | _SPOT | _BARS
    checked: ClassVar[str] = "contract"
    rate_limit: ClassVar[float] = 1.5
    is_quarterly: ClassVar[bool] = True
    timeout: ClassVar[float] = 90.0  # the list of all ETFs comes in many pages
    package: ClassVar[str] = "akshare"

    def fetch(self, ask: Ask, http: Http) -> Raw:
        """HK: daily bars only, its funds are not among Eastmoney's fund reports."""
        if ask.region.code == "HK":
            return self._hong_kong(ask)
        akshare = library(self)
        if ask.kind != Kind.HOLDINGS:
            frame = call(self, "fund_etf_spot_em", akshare.fund_etf_spot_em)
            return Raw(frame_bytes(frame, "fund_etf_spot_em", index=False), "fund_etf_spot_em")
        ticker, day = ticker_of(ask), ask.date or ask.region.today()
        name = f"fund_portfolio_hold_em {ticker} to {day}"
        frames = [self._reports(akshare, ticker, year) for year in (day.year, day.year - 1)]
        for frame in frames:  # the first report of a year comes out in April
            if frame is not None and len(frame) and _has_report(frame, day):
                return Raw(frame_bytes(frame, name, index=False), name)
        raise SourceProblem(f"{name}: no report", "empty")

    def _reports(self, akshare: Any, ticker: str, year: int) -> Any:
        what = f"fund_portfolio_hold_em {ticker} {year}"
        return call(self, what, lambda: akshare.fund_portfolio_hold_em(symbol=ticker, date=str(year)))

    def _hong_kong(self, ask: Ask) -> Raw:
        if ask.kind != Kind.STATS:
            raise SourceProblem(f"akshare has no {ask.kind} of funds in Hong Kong, only prices", "empty")
        akshare, last = library(self), ask.date or ask.region.today()
        first, symbol = last if ask.date else last - _SPAN, ticker_of(ask).zfill(5)
        name = f"stock_hk_hist {symbol} {first}-{last}"
        span = {"start_date": f"{first:%Y%m%d}", "end_date": f"{last:%Y%m%d}"}
        frame = call(self, name, lambda: akshare.stock_hk_hist(symbol=symbol, period="daily", adjust="", **span))
        return Raw(frame_bytes(frame, name, index=False), name)

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        text = text_of(raw)
        if ask.kind == Kind.HOLDINGS:
            return Parsed(compositions=(_composition(text, raw, ask),))
        if ask.region.code == "HK":
            rows = csv_rows(text, tuple(_BARS), raw.name)
            return Parsed(stats=tuple(_bar(row, ask, raw.name) for row in rows), bad_rows=bad_of(rows))
        rows = csv_rows(text, tuple(_SPOT), raw.name)
        if ask.ticker:
            rows = [row for row in rows if row.text("代码") == ask.ticker.strip()]
        if not rows:
            raise SourceProblem(f"{raw.name}: no row of {ask.ticker}", "empty")
        if ask.kind == Kind.FUNDS:
            return Parsed(funds=tuple(_facts(row) for row in rows), bad_rows=bad_of(rows))
        return Parsed(stats=tuple(_spot(row, raw.name) for row in rows), bad_rows=bad_of(rows))


def _end_of(report: str) -> dt.date | None:
    found = _QUARTER.search(report)
    return dt.date(int(found[1]), *_ENDS[found[2]]) if found else None


def _has_report(frame: Any, day: dt.date) -> bool:
    if "季度" not in frame.columns:
        raise SourceProblem("fund_portfolio_hold_em: the column '季度' is missing")
    return any((end := _end_of(str(report))) is not None and end <= day for report in set(frame["季度"]))


def _composition(text: str, raw: Raw, ask: Ask) -> Composition:
    """The newest report up to the day asked for."""
    rows = csv_rows(text, tuple(_LINES), raw.name)
    ends = [_end_of(row.text("季度")) for row in rows]
    known = [end for end in ends if end is not None and (ask.date is None or end <= ask.date)]
    if None in ends or not known:
        raise SourceProblem(
            f"{raw.name}: '季度' names no quarter" if None in ends else f"{raw.name}: no report so early"
        )
    newest = max(known)
    mine = [row for row, end in zip(rows, ends, strict=True) if end == newest]
    return Composition(ticker_of(ask), newest, tuple(_line(row) for row in mine), "CNY", bad_rows=bad_of(mine))


def _line(row: Row) -> Line:
    shares, value = row.optional("持股数"), row.optional("持仓市值")
    return Line(
        row_number=row.number,
        kind=LineKind.STOCK,  # the reports are of stocks only
        ticker=row.code("股票代码"),
        name=row.text("股票名称"),
        weight=row.optional("占净值比例"),
        shares=None if shares is None else shares * _TEN_THOUSAND,
        market_value=None if value is None else value * _TEN_THOUSAND,
    )


def _facts(row: Row) -> FundFacts:
    return FundFacts(row.code("代码"), {"name": row.text("名称"), "name_local": row.text("名称")}, row.number)


def _spot(row: Row, where: str) -> DayStat:
    """IOPV is an estimate during the day, not the NAV, and market value is not the fund's assets: both are left out."""
    volume, value, close = row.optional("成交量"), row.optional("成交额"), row.optional("最新价")
    volume = None if volume is None else volume * _LOT
    if volume and value and close and not Decimal("0.5") < value / (volume * close) < 2:
        raise SourceProblem(f"{where}: '成交量' is not in lots of 100 in row {row.number} (value / price differs)")
    return DayStat(
        ticker=row.code("代码"),
        date=compact_day(row.text("数据日期"), where),
        close=close,
        volume=volume,
        trading_value=value,
        shares_outstanding=row.optional("最新份额"),
        row_number=row.number,
    )


def _bar(row: Row, ask: Ask, where: str) -> DayStat:
    return DayStat(
        ticker=ticker_of(ask),
        date=compact_day(row.text("日期"), where),
        close=row.optional("收盘"),
        volume=row.optional("成交量"),
        trading_value=row.optional("成交额"),
        row_number=row.number,
    )
