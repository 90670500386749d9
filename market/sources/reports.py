"""The table every source of reports hands over."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from market.models.fundamentals import FUNDAMENTAL_FIELDS

SCHEMA = pa.schema(
    [
        ("ticker", pa.string()),
        ("period_end", pa.date32()),
        ("period", pa.string()),
        ("available_on", pa.date32()),
        ("period_end_is_estimated", pa.bool_()),
        ("consolidated", pa.bool_()),
        ("currency", pa.string()),
        *((name, pa.float64()) for name in FUNDAMENTAL_FIELDS),
    ]
)
_DEFAULTS = {"period_end_is_estimated": False, "consolidated": True}


def reports_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows of canonical columns (absent: null) as a typed table; ``available_on`` null: to be estimated."""
    return pa.Table.from_pylist([{**_DEFAULTS, **row} for row in rows], schema=SCHEMA)
