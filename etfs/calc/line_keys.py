"""What tells lines of holdings apart, and how a ticker is spelled elsewhere."""

import re

from etfs.sources.base import Line, LineKind
from etfs.sources.listings import place_of

LONGEST_KEY = 300
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_CUSIP = re.compile(r"[A-Z0-9]{8}[0-9]")
_SEDOL = re.compile(r"[B-DF-HJ-NP-TV-Z0-9]{6}[0-9]")
_RESOLVABLE = (LineKind.STOCK, LineKind.ETF, LineKind.UNKNOWN)
_SUFFIXES = {"JP": ".T", "HK": ".HK"}
_PREFIXES = {"CN": ("SH", "SZ", "BJ")}
_ENDINGS = {"CN": (".SS", ".SH", ".SZ", ".BJ")}


def line_key(line: Line, fund_region: str, ordinal: int = 1) -> str:
    """The same text for the same line of any fund and day; ``ordinal`` counts equal lines of one composition from 1.

    Kind, place of listing (``line_place``), ticker and identifier; the name (and for cash the currency) only where
    there is neither ticker nor identifier.
    """
    place = line_place(line, fund_region)
    words = " ".join(line.name.upper().replace("|", " ").split())
    name = "" if line.ticker or line.identifier else f"{words}|{line.currency}"
    end = "" if ordinal == 1 else f"|{ordinal}"
    said = "|".join([str(line.kind), place, line.ticker, line.identifier, name])
    return (said[: LONGEST_KEY - len(end)] + end).rstrip("|")


def line_place(line: Line, fund_region: str) -> str:
    """Where the ticker of a line counts, as ``etfs.sources.listings.place_of``; cash, bonds and derivatives are told
    apart without it: region of listing, or ``~`` and the fund's region."""
    return place_of(line, fund_region) if line.kind in _RESOLVABLE else line.listing or f"~{fund_region}"


def line_keys(lines: tuple[Line, ...], fund_region: str) -> tuple[list[str], list[int]]:
    """(the key of each line, the places of those that repeat an earlier one)."""
    seen: dict[str, int] = {}
    keys, repeated = [], []
    for place, line in enumerate(lines):
        first = line_key(line, fund_region)
        seen[first] = ordinal = seen.get(first, 0) + 1
        if ordinal > 1:
            repeated.append(place)
        keys.append(line_key(line, fund_region, ordinal) if ordinal > 1 else first)
    return keys, repeated


def is_resolvable(line: Line) -> bool:
    """Whether the line should be an instrument: cash, bonds and derivatives are lines of their own."""
    return line.kind in _RESOLVABLE and bool(line.ticker or is_isin(line.identifier))


def is_cusip(text: str) -> bool:
    return bool(_CUSIP.fullmatch(text))


def is_isin(text: str) -> bool:
    return bool(_ISIN.fullmatch(text))


def is_security_code(text: str) -> bool:
    """Whether it is written as an ISIN, a CUSIP or a SEDOL; not one sign throughout, which fills an empty field."""
    written = is_isin(text) or is_cusip(text) or bool(_SEDOL.fullmatch(text))
    return written and len(set(text)) > 1


def plain_ticker(ticker: str, region: str) -> str:
    """A ticker without what sources write differently: ``BRK.B``, ``BRK-B``, ``BRK/B`` and ``BRKB`` are one, so are
    ``0700.HK`` and ``700``, ``7203.T`` and ``7203``, ``SH600519`` and ``600519.SS``."""
    word = ticker.upper().strip()
    if region in _SUFFIXES:
        word = word.removesuffix(_SUFFIXES[region])
    for ending in _ENDINGS.get(region, ()):
        word = word.removesuffix(ending)
    for prefix in _PREFIXES.get(region, ()):
        word = word.removeprefix(prefix)
    if region == "HK":
        word = word.lstrip("0")
    return re.sub(r"[^A-Z0-9]", "", word)
