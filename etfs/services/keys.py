"""One number per security across funds: the instrument, or minus the line where it is none of ours."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from etfs.store.reads import instruments_described, lines_described


def keys_of(rows: np.ndarray) -> np.ndarray:
    """Key of each row that has ``instrument_id`` and ``line_id``."""
    return np.where(rows["instrument_id"] > 0, rows["instrument_id"], -rows["line_id"]).astype(np.int64)


def keys_described(keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Key -> kind, region, ticker, name, identifier, sector, country, currency."""
    found = instruments_described([key for key in keys if key > 0])
    return found | {-line: row for line, row in lines_described([-key for key in keys if key < 0]).items()}
