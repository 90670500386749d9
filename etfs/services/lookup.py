"""Funds and stocks by the words people use: ``069500``, ``KR:069500``, ``vti``."""

import datetime as dt

from etfs.models import ETF
from market.models import Instrument
from market.regions import REGIONS, region_get
from market.texts import is_storable


class NotFound(LookupError):
    """Nothing of that name; says what was looked for."""


class Ambiguous(LookupError):
    """Several of that name; ``choices`` are the words that name one each."""

    def __init__(self, symbol: str, choices: list[str]) -> None:
        super().__init__(f"{symbol} is listed in several regions: use one of {', '.join(choices)}")
        self.choices = choices


def symbol_parts(symbol: str) -> tuple[str, str]:
    """(region, ticker): ``kr:069500`` -> (KR, 069500); without a region ('', ticker)."""
    region, found, ticker = symbol.partition(":")
    return (region.upper(), ticker) if found and region.upper() in REGIONS else ("", symbol)


def etf_get(symbol: str, region: str = "") -> ETF:
    """The fund of a symbol. NotFound, or Ambiguous with the choices where several regions list it."""
    named, ticker = symbol_parts(symbol.strip())
    place = named or (region_get(region).code if region else "")
    found = list(ETF.objects.of_ticker(ticker, place)[: len(REGIONS)])
    found = found or list(ETF.objects.of_ticker(ticker.upper(), place)[: len(REGIONS)])
    if not found:
        raise NotFound(f"no ETF {ticker!r}{f' in region {place}' if place else ''}")
    if len(found) > 1:
        raise Ambiguous(ticker, [str(fund.instrument) for fund in found])
    return found[0]


def stock_get(symbol: str, region: str = "") -> Instrument:
    """The instrument of a symbol (a stock, or a fund that is held by others). Errors as ``etf_get``."""
    named, ticker = symbol_parts(symbol.strip())
    place = named or (region_get(region).code if region else "")
    if not is_storable(ticker):
        raise NotFound("no instrument of that name")
    found = _instruments(ticker, place) or _instruments(ticker.upper(), place)
    if not found:
        raise NotFound(f"no instrument {ticker!r}{f' in region {place}' if place else ''}")
    if len(found) > 1:
        raise Ambiguous(ticker, [str(one) for one in found])
    return found[0]


def _instruments(ticker: str, region: str) -> list[Instrument]:
    found = Instrument.objects.filter(ticker=ticker).exclude(asset_type=Instrument.AssetType.INDEX).order_by("region")
    return list(found.filter(region=region) if region else found)


def day_or_today(day: dt.date | None) -> dt.date:
    """``day``, or a day that no composition is later than."""
    return day or max(region.today() for region in REGIONS.values())
