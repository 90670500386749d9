"""Polygon.io (Massive): daily bars, reference data and, with the ETF Global add-on, constituents of US ETFs."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from etfs.sources.answers import bad_of, compact_day, json_of, key_of, member, rows_of, ticker_of
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
from etfs.sources.cells import times_hundred
from etfs.sources.registry import register
from etfs.sources.tables import Row

_SPAN = dt.timedelta(days=30)  # of bars when no day is asked for
_PAGES = 5  # of 5,000 lines each
_NEW_YORK = ZoneInfo("America/New_York")
_FUND_TYPES = ("ETF", "ETS", "ETV")
_SECURITY_KINDS = {"common stock": LineKind.STOCK, "etf": LineKind.ETF, "cash": LineKind.CASH}
_REGIONS = {"US": "US", "KR": "KR", "JP": "JP", "HK": "HK", "CN": "CN", "VN": "VN"}
_LINES = {
    "composite_ticker": "ticker of the fund",
    "effective_date": "day the composition is of",
    "weight": "weight as a fraction (0.05 is 5 percent)",
    "constituent_ticker": "ticker of the constituent",
    "constituent_name": "name",
    "shares_held": "shares",
    "market_value": "value, USD",
    "isin": "ISIN",
    "us_code": "CUSIP",
    "sedol": "SEDOL",
    "security_type": "such as Common Stock",
    "currency_traded": "currency of the constituent",
    "country_of_exchange": "country of the listing",
    "exchange": "exchange of the listing",
}
_BARS = {"t": "start of the day in New York, ms since 1970", "c": "close, USD, unadjusted", "v": "volume, shares"}


@register
class PolygonSource(NetworkSource):
    name: ClassVar[str] = "polygon"
    title: ClassVar[str] = "Polygon.io / Massive"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS, Kind.FUNDS, Kind.STATS)
    regions: ClassVar[tuple[str, ...]] = ("US",)
    columns = _LINES | _BARS
    checked: ClassVar[str] = "contract"
    base_url: ClassVar[str] = "https://api.polygon.io"
    hosts: ClassVar[tuple[str, ...]] = ("api.polygon.io", "api.massive.com")  # the second in links to further pages
    rate_limit: ClassVar[float] = 5 / 60  # the free plan
    key_settings: ClassVar[tuple[str, ...]] = ("POLYGON_API_KEY",)

    def fetch(self, ask: Ask, http: Http) -> Raw:
        headers = {"Authorization": f"Bearer {key_of('POLYGON_API_KEY')}"}  # a header is in no address and no log
        ticker = ticker_of(ask).upper()
        if ask.kind == Kind.HOLDINGS:
            return self._constituents(ask, ticker, headers, http)
        if ask.kind == Kind.FUNDS:
            path, params = f"/v3/reference/tickers/{ticker}", {}
        else:
            last = ask.date or ask.region.today()
            first = last if ask.date else last - _SPAN
            path, params = f"/v2/aggs/ticker/{ticker}/range/1/day/{first}/{last}", {"adjusted": "false"}
        return Raw(http.get(f"{self.base_url}{path}", params, headers), path)

    def _constituents(self, ask: Ask, ticker: str, headers: dict[str, str], http: Http) -> Raw:
        """Newest lines first; pages are followed until an older day begins, and kept as ``{"pages": [...]}``."""
        path = "/etf-global/v1/constituents"
        params = {"composite_ticker": ticker, "sort": "effective_date.desc", "limit": "5000"}
        if ask.date:
            params["effective_date.lte"] = ask.date.isoformat()
        name, pages = f"{path}?composite_ticker={ticker}", [http.get(f"{self.base_url}{path}", params, headers)]
        while (link := _next_page(pages, name)) and len(pages) < _PAGES:
            pages.append(http.get(link, None, headers))
        if link:
            raise SourceProblem(f"{name}: more than {_PAGES} pages of constituents")
        return Raw(pages[0] if len(pages) == 1 else b'{"pages": [' + b",".join(pages) + b"]}", name)

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        answer = json_of(raw)
        if ask.kind == Kind.HOLDINGS:
            return Parsed(compositions=(_composition(answer, raw, ask),))
        _check(answer, raw.name)
        if ask.kind == Kind.FUNDS:
            return Parsed(funds=(_facts(member(answer, "results", dict, raw.name), raw.name),))
        if not answer.get("results"):
            raise SourceProblem(f"{raw.name}: no bar on these days", "empty")
        rows = rows_of(member(answer, "results", list, raw.name), tuple(_BARS), raw.name)
        return Parsed(stats=tuple(_stat(row, ticker_of(ask), raw.name) for row in rows), bad_rows=bad_of(rows))


def _check(answer: Any, where: str) -> None:
    status = member(answer, "status", str, where)
    if status not in ("OK", "DELAYED"):
        raise SourceProblem(f"{where}: status {status[:30]!r}", "auth" if status == "NOT_AUTHORIZED" else "http")


def _results(page: Any, where: str) -> list[Any]:
    _check(page, where)
    found: list[Any] = member(page, "results", list, where)
    return found


def _next_page(pages: list[bytes], name: str) -> str:
    """The link to the next page; '' when the newest day is complete."""
    page = json_of(Raw(pages[-1], name))
    days = {row.get("effective_date") for row in _results(page, name) if isinstance(row, dict)}
    link = page.get("next_url") or ""
    return str(link) if len(days) == 1 else ""


def _composition(answer: Any, raw: Raw, ask: Ask) -> Composition:
    """The lines of the newest day in the answer. A fund without the add-on's data has no line: an empty answer."""
    pages = answer["pages"] if isinstance(answer, dict) and "pages" in answer else [answer]
    records = [record for page in pages for record in _results(page, raw.name)]
    rows = rows_of(records, ("composite_ticker", "effective_date", "weight"), raw.name)
    newest = max(compact_day(row.text("effective_date"), raw.name) for row in rows)
    mine = [row for row in rows if compact_day(row.text("effective_date"), raw.name) == newest]
    fund = ticker_of(ask).upper()
    others = {row.text("composite_ticker") for row in mine} - {fund}
    if others:
        raise SourceProblem(f"{raw.name}: lines of {', '.join(sorted(others)[:3])}, not only of {fund}", "refused")
    lines = tuple(_line(row) for row in mine)
    return Composition(fund, newest, lines, currency="USD", bad_rows=bad_of(mine))


def _line(row: Row) -> Line:
    weight, kind = row.optional("weight"), row.text("security_type").lower()
    return Line(
        row_number=row.number,
        kind=_SECURITY_KINDS.get(kind, LineKind.UNKNOWN),
        ticker=row.text("constituent_ticker"),
        identifier=row.text("isin") or row.text("us_code") or row.text("sedol"),
        name=row.text("constituent_name"),
        weight=None if weight is None else times_hundred(weight),
        shares=row.optional("shares_held"),
        market_value=row.optional("market_value"),
        currency=row.text("currency_traded"),
        country=row.text("country_of_exchange"),
        exchange=row.text("exchange"),
        listing=_REGIONS.get(row.text("country_of_exchange"), ""),
    )


def _facts(found: dict[str, Any], where: str) -> FundFacts:
    kind, ticker = member(found, "type", str, where), member(found, "ticker", str, where)
    if kind not in _FUND_TYPES:
        raise SourceProblem(f"{where}: {ticker} is of type {kind[:10]!r}, not an ETF", "refused")
    facts = {"name": member(found, "name", str, where)}
    if found.get("primary_exchange"):
        facts["exchange"] = member(found, "primary_exchange", str, where)
    shares = found.get("share_class_shares_outstanding")
    if isinstance(shares, int | Decimal):
        facts["listed_shares"] = Decimal(shares)
    return FundFacts(ticker, facts, row_number=1)


def _stat(row: Row, ticker: str, where: str) -> DayStat:
    try:
        moment = dt.datetime.fromtimestamp(int(row.text("t")) / 1000, tz=_NEW_YORK)
    except (ValueError, OverflowError, OSError):
        raise SourceProblem(f"{where}: 't' in row {row.number} is not a time in milliseconds") from None
    volume, close = row.needed("v"), row.needed("c")
    return DayStat(ticker, moment.date(), close=close, volume=volume, row_number=row.number)
