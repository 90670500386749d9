"""Funds and stocks by the words people use: ``069500``, ``KR:069500``, ``vti``."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from etfs.models import ETF
from etfs.services.errors import Ambiguous, NotFound
from market.models import Instrument
from market.regions import REGIONS, region_get
from market.texts import is_storable

Found = TypeVar("Found", ETF, Instrument)


def symbol_parts(symbol: str) -> tuple[str, str]:
    """(region, ticker): ``kr:069500`` -> (KR, 069500); without a region ('', ticker)."""
    region, found, ticker = symbol.partition(":")
    return (region.upper(), ticker) if found and region.upper() in REGIONS else ("", symbol)


def etf_get(symbol: str, region: str = "") -> ETF:
    """The fund of a symbol. NotFound, or Ambiguous with the choices where several regions list it."""
    return etfs_get([_placed(symbol, region)])[0]


def stock_get(symbol: str, region: str = "") -> Instrument:
    """The instrument of a symbol (a stock, or a fund that is held by others). Errors as ``etf_get``."""
    return stocks_get([_placed(symbol, region)])[0]


def etfs_get(symbols: Sequence[str]) -> list[ETF]:
    """The funds of many symbols, in their order, by one query. Errors as ``etf_get``, of the first that has one."""
    found = ETF.objects.filter(instrument__ticker__in=_spellings(symbols)).select_related("instrument")
    known: dict[str, list[ETF]] = defaultdict(list)
    for fund in found.order_by("region"):
        known[fund.instrument.ticker].append(fund)
    try:
        return [_the_one("ETF", symbol, known) for symbol in symbols]
    except NotFound as error:
        raise _known_otherwise(symbols, known) or error from None


def stocks_get(symbols: Sequence[str]) -> list[Instrument]:
    """The instruments of many symbols, in their order, by one query. Errors as ``stock_get``."""
    found = Instrument.objects.filter(ticker__in=_spellings(symbols)).exclude(asset_type=Instrument.AssetType.INDEX)
    known: dict[str, list[Instrument]] = defaultdict(list)
    for one in found.order_by("region"):
        known[one.ticker].append(one)
    return [_the_one("instrument", symbol, known) for symbol in symbols]


def symbols_get(*, region: str = "", category: str = "", issuer: str = "", search: str = "") -> list[str]:
    """Symbols of the funds that meet every condition, by ticker: each finds its fund with ``etf_get``, so a ticker of
    several regions is listed as REGION:TICKER."""
    found = ETF.objects.listed_in(region, category, issuer)
    return (found.search(search) if search else found).symbols()


def _placed(symbol: str, region: str) -> str:
    """``symbol`` with the region, unless it names one itself."""
    named, _ = symbol_parts(symbol.strip())
    return f"{region_get(region).code}:{symbol.strip()}" if region and not named else symbol


def _spellings(symbols: Sequence[str]) -> set[str]:
    """Tickers to ask for: as written and in capitals; texts the database cannot hold find nothing."""
    tickers = [symbol_parts(symbol.strip())[1] for symbol in symbols]
    return {spelling for one in tickers for spelling in (one, one.upper()) if is_storable(spelling)}


def _the_one(what: str, symbol: str, known: Mapping[str, list[Found]]) -> Found:
    region, ticker = symbol_parts(symbol.strip())
    for spelling in (ticker, ticker.upper()):
        found = [one for one in known.get(spelling, []) if region in ("", one.region)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(ticker, [f"{one.region}:{spelling}" for one in found])
    raise NotFound(f"no {what} {ticker!r}{f' in region {region}' if region else ''}")


def _known_otherwise(symbols: Sequence[str], known: Mapping[str, list[ETF]]) -> NotFound | None:
    """What to say of the first symbol that is an instrument, though nothing was loaded of it as a fund."""
    for symbol in symbols:
        try:
            _the_one("ETF", symbol, known)
        except NotFound:
            try:
                found = stock_get(symbol)
            except LookupError:
                return None
            what = "" if found.asset_type == Instrument.AssetType.ETF else f" as {found.get_asset_type_display()}"
            said = f"{symbol.strip()} is known{what} ({found}), but nothing was loaded of it as an ETF"
            return NotFound(said)
    return None


def day_or_today(day: dt.date | None) -> dt.date:
    """``day``, or a day that no composition is later than."""
    return day or max(region.today() for region in REGIONS.values())
