"""The contract of a data source: read one file (or package), hand over a table; no ORM, no decisions about rows."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa

from market.regions import Region

RAW, SPLIT, TOTAL_RETURN = "raw", "split", "total_return"
BASES = (RAW, SPLIT, TOTAL_RETURN)
KINDS = ("instruments", "prices", "fundamentals", "actions", "fx")


class FileProblem(ValueError):
    """The file as a whole cannot be used (wrong type, columns or encoding); the message says where and why."""


@dataclass(frozen=True)
class FetchRequest:
    """What is asked of a source. ``ticker`` and ``date`` help with files that do not name them themselves."""

    kind: str
    region: Region
    path: Path | None = None
    ticker: str = ""
    date: dt.date | None = None


@dataclass(frozen=True)
class BadRow:
    """A row the source itself could not take apart."""

    row_number: int
    column: str
    reason: str
    message: str
    raw: dict[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """'row 10, weight: ...'; without a column 'row 10: ...', about the row as a whole."""
        where = f", {self.column}" if self.column else ""
        return f"row {self.row_number}{where}: {self.message}"


@dataclass(frozen=True)
class Frame:
    """Rows under canonical column names (text or typed), with the rows as they stood in the file beside them.

    ``raw`` is aligned with ``table`` and only read for refused rows; ``row_numbers`` count from 1 below the header.
    """

    table: pa.Table
    raw: pa.Table
    row_numbers: np.ndarray
    bad_rows: tuple[BadRow, ...] = ()
    basis: str = RAW

    @classmethod
    def of(cls, table: pa.Table, *, raw: pa.Table | None = None, **more: object) -> "Frame":
        """A frame whose rows are numbered from 1 and whose raw rows default to the table itself."""
        rows = np.arange(1, table.num_rows + 1)
        return cls(table=table, raw=table if raw is None else raw, row_numbers=rows, **more)  # type: ignore[arg-type]


class Source(ABC):
    """One way the outside world writes market data down."""

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    basis: ClassVar[str] = RAW  # what prices are, unless the user says otherwise
    region: ClassVar[str | None] = None  # None: any
    rate_limit: ClassVar[float | None] = None  # requests per second; None: a file, no limit
    keeps_repeats: ClassVar[bool] = True  # False: a report that repeats the known figures is not a new version
    needs_file: ClassVar[bool] = True
    columns: ClassVar[Mapping[str, Mapping[str, str]]]  # by kind: column as in the file -> meaning and unit

    @abstractmethod
    def fetch(self, request: FetchRequest) -> Frame:
        """The rows of ``request.kind``. Raises FileProblem when the file is not of this source's layout."""
