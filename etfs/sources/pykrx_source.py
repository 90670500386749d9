"""Korea Exchange through the package pykrx: creation baskets and daily figures of Korean ETFs.

pykrx's own tables round weights to 32-bit floats and cut foreign ISINs down to six characters that look like Korean
codes, so its lower layer is called, which hands over the exchange's rows as they came (screens 13108 and 13103).
"""

import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar

from etfs.sources.answers import bad_of, compact_day, csv_rows, text_of, ticker_of
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
from etfs.sources.krx_funds import LONGEST_BREAK, ONE_BY_DAY, one_by_day
from etfs.sources.libraries import call, frame_bytes, library
from etfs.sources.registry import register
from etfs.sources.tables import Row, documented

_CORE, _TICKERS = "pykrx.website.krx.etx.core", "pykrx.website.krx.etx.ticker"
_KINDS = {"ST": LineKind.STOCK, "RT": LineKind.STOCK, "DR": LineKind.STOCK, "EF": LineKind.ETF}
_CASH = "KRD010010001"  # the exchange's code of won on deposit
_MONTH = dt.timedelta(days=30)  # of daily figures when no day is asked for
_BASKET = {
    "COMPST_ISU_CD": "short code of the constituent, or its ISIN",
    "COMPST_ISU_CD2": "ISIN of the constituent",
    "MKT_ID": "market: STK KOSPI, KSQ KOSDAQ, KNX KONEX; blank elsewhere",
    "SECUGRP_ID": "security group: ST stock, EF ETF, RT REIT, DR depositary receipt",
    "COMPST_ISU_NM": "name",
    "COMPST_ISU_CU1_SHRS": "shares in one creation unit",
    "COMPST_AMT": "amount in one creation unit, KRW",
    "COMPST_RTO": "weight, percent",
}


@register
class PykrxSource(NetworkSource):
    name: ClassVar[str] = "pykrx"
    title: ClassVar[str] = "Korea Exchange (pykrx)"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS, Kind.STATS)
    regions: ClassVar[tuple[str, ...]] = ("KR",)
    columns = _BASKET | documented(ONE_BY_DAY)
    checked: ClassVar[str] = "recording"
    rate_limit: ClassVar[float] = 1.0
    timeout: ClassVar[float] = 60.0  # the first call also logs in and loads the list of all codes
    package: ClassVar[str] = "pykrx"

    def fetch(self, ask: Ask, http: Http) -> Raw:
        """One basket or a month of daily figures, as the exchange wrote them."""
        ticker, day = ticker_of(ask), ask.date or ask.region.today()
        core, tickers = library(self, _CORE), library(self, _TICKERS)
        if ask.kind == Kind.HOLDINGS:
            name = f"KRX MDCSTAT05001 {ticker} {day:%Y%m%d}"
            frame = call(self, name, lambda: _basket(core, tickers, ticker, day))
        else:
            first, last = _span(ask, day)
            name = f"KRX MDCSTAT04501 {ticker} {first:%Y%m%d}-{last:%Y%m%d}"
            frame = call(self, name, lambda: _days(core, tickers, ticker, first, last))
        return Raw(frame_bytes(frame, name, index=False), name)

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """A basket's day is the one asked for: its rows do not say it, the name of the bytes does. Of daily figures
        that were asked for one day, that day counts, with the share count from the session after it."""
        if ask.kind == Kind.HOLDINGS:
            rows = csv_rows(text_of(raw), tuple(_BASKET), raw.name)
            lines = tuple(_line(row) for row in rows)
            day = compact_day(raw.name[-8:], raw.name)
            basket = Composition(ticker_of(ask), day, lines, currency="KRW", bad_rows=bad_of(rows), per_unit=True)
            return Parsed(compositions=(basket,))
        found = one_by_day(raw, replace(ask, ticker=ticker_of(ask)))
        if ask.date is None:
            return found
        stats = tuple(stat for stat in found.stats if stat.date == ask.date)
        if not stats and not found.bad_rows:
            raise SourceProblem(f"{raw.name}: no price on {ask.date}", "empty")
        return replace(found, stats=stats)


def _span(ask: Ask, day: dt.date) -> tuple[dt.date, dt.date]:
    """A month up to today; for one day up to the session after it, whose row has the day's share count."""
    if ask.date is None:
        return day - _MONTH, day
    return day, max(day, min(day + dt.timedelta(days=LONGEST_BREAK), ask.region.today()))


def _basket(core: Any, tickers: Any, ticker: str, day: dt.date) -> Any:
    return core.PDF().fetch(f"{day:%Y%m%d}", _isin(tickers, ticker))


def _days(core: Any, tickers: Any, ticker: str, first: dt.date, last: dt.date) -> Any:
    prices = core.개별종목시세_ETF()  # "prices of one ETF": the class has no other name
    return prices.fetch(f"{first:%Y%m%d}", f"{last:%Y%m%d}", _isin(tickers, ticker))


def _isin(tickers: Any, ticker: str) -> str:
    try:
        return str(tickers.get_etx_isin(ticker))
    except KeyError:
        raise SourceProblem(f"pykrx: the exchange lists no ETF {ticker}", "empty") from None


def _line(row: Row) -> Line:
    code, isin, market = row.text("COMPST_ISU_CD"), row.text("COMPST_ISU_CD2"), row.text("MKT_ID")
    is_cash = _CASH in (code, isin)
    return Line(
        row_number=row.number,
        kind=LineKind.CASH if is_cash else _KINDS.get(row.text("SECUGRP_ID"), LineKind.UNKNOWN),
        ticker=code if market else "",
        identifier="" if is_cash else isin or ("" if market else code),
        name=row.text("COMPST_ISU_NM"),
        weight=row.optional("COMPST_RTO"),
        shares=row.optional("COMPST_ISU_CU1_SHRS"),
        market_value=row.optional("COMPST_AMT"),
        exchange=market,
        listing="KR" if market in ("STK", "KSQ", "KNX") else "",
    )
