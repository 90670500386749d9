"""Assets by the words people use: ``US:AAPL``, ``aapl`` where one region alone lists it, an ISIN."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from etfs.services.lookup import symbol_parts
from market.models import Instrument
from market.texts import is_storable

ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", re.ASCII)
LONGEST = 64


def assets_get(*, symbols: Iterable[str]) -> dict[str, Instrument | str]:
    """The instrument of each symbol, or the reason why there is none, by two queries whatever their number. An index
    is not held: what follows it is.
    """
    words = {symbol: symbol.strip() for symbol in symbols}
    known = _known({word for word in words.values() if is_storable(word) and len(word) <= LONGEST})
    return {symbol: _the_one(word, known) for symbol, word in words.items()}


def _known(words: set[str]) -> Mapping[str, list[Instrument]]:
    """By ticker and by ISIN."""
    tickers = {spelling for word in words for one in (symbol_parts(word)[1],) for spelling in (one, one.upper())}
    isins = {word.upper() for word in words if ISIN.fullmatch(word.upper())}
    known: dict[str, list[Instrument]] = defaultdict(list)
    for one in Instrument.objects.filter(ticker__in=tickers).order_by("region"):
        known[one.ticker].append(one)
    for one in Instrument.objects.filter(isin__in=isins).order_by("region"):
        if one not in known[one.isin]:  # its ticker may be its ISIN
            known[one.isin].append(one)
    return known


def _the_one(word: str, known: Mapping[str, list[Instrument]]) -> Instrument | str:
    region, ticker = symbol_parts(word)
    for spelling in (ticker, ticker.upper()):
        found = [one for one in known.get(spelling, []) if region in ("", one.region)]
        held = [one for one in found if one.asset_type != Instrument.AssetType.INDEX]
        if len(held) == 1:
            return held[0]
        if held:
            return f"{word[:LONGEST]!r} is in several regions: write one of {', '.join(map(str, held))}"
        if found:
            return f"{found[0]} is an index: it cannot be held"
    return f"unknown asset {word[:LONGEST]!r}"
