"""The contract of an ETF source: fetch the bytes, take them apart; no ORM, no decisions about what is believed.

``fetch`` and ``parse`` are apart so that the bytes are kept with their SHA-256 before anybody reads them, and can be
read again later (to compare two sources, or after a parser was mended).
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol

from market.regions import Region
from market.sources.base import BadRow, FileProblem

GIVE_DATE, GIVE_TICKER = "give the date (--date)", "give the ticker (--ticker)"


class Kind(StrEnum):
    """What a source serves."""

    HOLDINGS = "holdings"  # what is inside a fund on a day
    FUNDS = "funds"  # what a fund is: name, issuer, fee, index ...
    STATS = "stats"  # a fund by day: NAV, assets, shares outstanding, close, volume


class LineKind(StrEnum):
    """What a line of a composition is. UNKNOWN: the source does not say; nothing is guessed from a name."""

    STOCK = "STOCK"
    ETF = "ETF"
    BOND = "BOND"
    CASH = "CASH"
    DERIVATIVE = "DERIVATIVE"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Ask:
    """What is wanted. ``ticker`` and ``date`` also help with files that do not name their fund or day themselves."""

    kind: Kind
    region: Region
    ticker: str = ""
    date: dt.date | None = None
    path: Path | None = None  # file sources


@dataclass(frozen=True)
class Raw:
    """The bytes as they came. ``name``: the file's name or the address, never with a key or token in it."""

    content: bytes
    name: str


@dataclass(frozen=True)
class Line:
    """One line of a composition, numbers with the source's own digits.

    ``weight`` in percent of the fund (a source that publishes fractions multiplies by 100, exactly); ``market_value``
    in the composition's currency; None where the source gives none. ``ticker`` is the bare local code (no blank, no
    exchange suffix); ``identifier`` is an ISIN, CUSIP or SEDOL. ``country`` and ``exchange`` as the source writes
    them; ``listing`` is the region of the listing when the source says it without doubt (from a Bloomberg exchange
    code, a country column of the listing or a market id), else ''. What ``exchange``, ``country`` and ``currency`` say
    of other places then counts (``etfs.sources.listings.place_of``).
    """

    row_number: int  # 1 = the first row below the header
    kind: LineKind
    ticker: str = ""
    identifier: str = ""
    name: str = ""
    weight: Decimal | None = None
    shares: Decimal | None = None
    market_value: Decimal | None = None
    currency: str = ""
    sector: str = ""
    country: str = ""
    exchange: str = ""
    listing: str = ""


@dataclass(frozen=True)
class Composition:
    """All lines of one fund on one day. ``expected_lines``: how many the source says there are, if it says so.
    ``per_unit``: shares and values are those of one creation unit, not of the whole fund. ``bad_rows``: lines that
    could not be read; a composition that has any is not believed."""

    fund: str  # ticker, '' where the source does not say it and nobody was asked for
    as_of_date: dt.date
    lines: tuple[Line, ...]
    currency: str
    isin: str = ""
    fund_name: str = ""
    expected_lines: int | None = None
    bad_rows: tuple[BadRow, ...] = ()
    per_unit: bool = False


@dataclass(frozen=True)
class FundFacts:
    """What a source says of a fund; keys of ``facts`` are columns of the model ETF (and 'name', 'exchange', 'isin')."""

    ticker: str
    facts: Mapping[str, Any]
    row_number: int = 0


@dataclass(frozen=True)
class DayStat:
    """A fund on a day, numbers with the source's digits; money in the fund's trading currency."""

    ticker: str
    date: dt.date
    nav: Decimal | None = None
    total_assets: Decimal | None = None
    close: Decimal | None = None
    shares_outstanding: Decimal | None = None
    volume: Decimal | None = None
    trading_value: Decimal | None = None
    index_level: Decimal | None = None
    distribution: Decimal | None = None
    row_number: int = 0


@dataclass(frozen=True)
class Parsed:
    """What was in the bytes. ``bad_rows`` belong to no composition (funds, stats, rows before anything is known)."""

    compositions: tuple[Composition, ...] = ()
    funds: tuple[FundFacts, ...] = ()
    stats: tuple[DayStat, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()


class SourceProblem(FileProblem):
    """The answer as a whole cannot be used. ``error_type`` is one of ERROR_TYPES, for counting."""

    def __init__(self, message: str, error_type: str = "schema") -> None:
        super().__init__(message)
        self.error_type = error_type


# timeout: no answer in time; connection: none at all; http: 4xx and 5xx; rate_limit: 429 to the end; empty: an answer
# without a line; schema: another layout than declared; auth: no or a refused key; refused: read, but not believable.
ERROR_TYPES = ("timeout", "connection", "http", "rate_limit", "empty", "schema", "auth", "refused", "internal")


class Http(Protocol):
    """What a network source may do with the network (``etfs.sources.http.Client``): GET and POST on its own hosts."""

    def get(
        self, url: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes: ...

    def post(self, url: str, json: Any, headers: Mapping[str, str] | None = None) -> bytes: ...


class EtfSource(ABC):
    """One way the outside world writes ETF data down."""

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]]
    regions: ClassVar[tuple[str, ...]]  # () : any
    columns: ClassVar[Mapping[str, str]] = {}  # column as in the source -> meaning and unit
    checked: ClassVar[str]  # "recording": read real answers of the source; "contract": only its published description

    @abstractmethod
    def parse(self, raw: Raw, ask: Ask) -> Parsed:
        """Take the bytes apart. SourceProblem when they are not of this source's layout or hold no row at all."""


class FileSource(EtfSource):
    """A source whose bytes are a file somebody saved."""


class NetworkSource(EtfSource):
    """A source that is asked over the network, one fund at a time."""

    rate_limit: ClassVar[float]  # requests per second
    timeout: ClassVar[float] = 20.0  # seconds for an answer
    retries: ClassVar[int] = 3  # further tries after a timeout, a 429 or a 5xx
    backoff: ClassVar[float] = 0.5  # seconds before the first further try, doubled each time
    hosts: ClassVar[tuple[str, ...]] = ()  # the only ones it talks to
    key_settings: ClassVar[tuple[str, ...]] = ()  # environment variables that must be set
    package: ClassVar[str] = ""  # the optional package it goes through
    is_quarterly: ClassVar[bool] = False  # publishes holdings with the quarter's report only

    @abstractmethod
    def fetch(self, ask: Ask, http: Http) -> Raw:
        """The bytes of one answer. SourceProblem with its error type when there are none to be had."""
