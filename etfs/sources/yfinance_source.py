"""Yahoo Finance through the package yfinance: the ten largest holdings of a fund, and what the fund is.

Ten lines are a part of nearly every fund. Yahoo does not say how many there are (``expected_lines`` is None); that the
weights do not add up to 100 is what shows it. The day is not said either: the answer is of the present.
"""

import datetime as dt
import json
from decimal import Decimal
from typing import Any, ClassVar

from etfs.sources.answers import bad_of, csv_rows, json_of, present_day, present_name, text_of, ticker_of
from etfs.sources.base import (
    Ask,
    Composition,
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
from etfs.sources.libraries import call, frame_bytes, library
from etfs.sources.registry import register
from etfs.sources.tables import Row

_SUFFIXES = {"US": "", "JP": ".T", "HK": ".HK"}
_LINES = {
    "Symbol": "Yahoo's symbol of the constituent",
    "Name": "name",
    "Holding Percent": "weight as a fraction (0.05 is 5 percent)",
}
_INFO = {
    "quoteType": "ETF for an ETF",
    "longName": "name",
    "fundFamily": "issuer",
    "category": "Morningstar's category",
    "totalAssets": "net assets in the trading currency",
    "netExpenseRatio": "expense ratio, percent a year",
    "fundInceptionDate": "seconds since 1970",
    "fullExchangeName": "exchange",
}


@register
class YfinanceSource(NetworkSource):
    name: ClassVar[str] = "yfinance"
    title: ClassVar[str] = "Yahoo Finance (yfinance): partial, the ten largest holdings"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.HOLDINGS, Kind.FUNDS)
    regions: ClassVar[tuple[str, ...]] = ("US", "JP", "HK")
    columns = _LINES | _INFO
    checked: ClassVar[str] = "contract"
    rate_limit: ClassVar[float] = 0.5
    timeout: ClassVar[float] = 60.0
    package: ClassVar[str] = "yfinance"

    def fetch(self, ask: Ask, http: Http) -> Raw:
        symbol, yfinance = _symbol(ask), library(self)
        if ask.kind == Kind.FUNDS:
            name = f"info {symbol}"
            found = call(self, name, lambda: yfinance.Ticker(symbol).info)
            kept = {key: found[key] for key in _INFO if key in found} if isinstance(found, dict) else {}
            if not kept:
                raise SourceProblem(f"{name}: nothing known of {symbol}", "empty")
            return Raw(_json(kept, name), name)
        name = present_name(f"top_holdings {symbol}", ask)
        frame = call(self, name, lambda: yfinance.Ticker(symbol).funds_data.top_holdings)
        return Raw(frame_bytes(frame, name, index=True), name)

    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        if ask.kind == Kind.FUNDS:
            return Parsed(funds=(_facts(json_of(raw), raw, ask),))
        rows = csv_rows(text_of(raw), tuple(_LINES), raw.name)
        lines = tuple(_line(row) for row in rows)
        day, bad = present_day(raw, ask), bad_of(rows)
        found = Composition(ticker_of(ask), day, lines, currency=ask.region.currency, bad_rows=bad)
        return Parsed(compositions=(found,))


def _json(found: dict[str, Any], name: str) -> bytes:
    try:
        return json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError):
        raise SourceProblem(f"{name}: a field is neither text nor a number") from None


def _symbol(ask: Ask) -> str:
    """Yahoo writes Hong Kong codes with four digits (2800.HK) and Tokyo's with a suffix (1306.T)."""
    ticker = ticker_of(ask).upper()
    if ask.region.code == "HK" and ticker.isdecimal():
        ticker = ticker.lstrip("0").zfill(4)
    return ticker + _SUFFIXES.get(ask.region.code, "")


def _line(row: Row) -> Line:
    """A suffix is Yahoo's sign of a foreign listing: with one, the code before it is local to that exchange."""
    weight, symbol = row.needed("Holding Percent"), row.text("Symbol")
    code, _, suffix = symbol.rpartition(".")
    regions = {"KS": "KR", "KQ": "KR", "T": "JP", "HK": "HK", "SS": "CN", "SZ": "CN", "VN": "VN"}
    return Line(
        row_number=row.number,
        kind=LineKind.UNKNOWN,
        ticker=code if suffix in regions else symbol,
        name=row.text("Name"),
        weight=None if weight is None else times_hundred(weight),
        listing=regions.get(suffix, ""),
    )


def _facts(found: Any, raw: Raw, ask: Ask) -> FundFacts:
    if not isinstance(found, dict) or found.get("quoteType") != "ETF":
        said = str(found.get("quoteType"))[:20] if isinstance(found, dict) else ""
        raise SourceProblem(f"{raw.name}: of type {said!r}, not an ETF", "refused")
    facts = {
        "name": found.get("longName") or "",
        "issuer": found.get("fundFamily") or "",
        "subcategory": found.get("category") or "",
        "exchange": found.get("fullExchangeName") or "",
        "total_assets": _figure(found.get("totalAssets")),
        "expense_ratio": _figure(found.get("netExpenseRatio")),
        "inception_date": _day(found.get("fundInceptionDate")),
    }
    return FundFacts(ticker_of(ask), {key: value for key, value in facts.items() if value not in ("", None)}, 1)


def _figure(value: Any) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _day(value: Any) -> dt.date | None:
    figure = _figure(value)
    if figure is None:
        return None
    try:
        return dt.datetime.fromtimestamp(int(figure), tz=dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
