"""Cells that a spreadsheet must not run: every CSV this site writes is opened in one sooner or later."""

import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a cell begins that is not taken for text
_NUMBER = re.compile(r"[+-](\d[\d,]*\.?\d*|\.\d+)(e[+-]?\d+)?%?", re.ASCII | re.IGNORECASE)
_FORMULA = rf"^([{re.escape(''.join(FORMULA))}])"


def cell_safe(value: Any) -> Any:
    """``value``, or with an apostrophe before it where it is text that begins like a formula and is no number. Decimals
    with an exponent are written out: a zero of ten decimals is 0E-10.
    """
    if isinstance(value, Decimal) and "E" in str(value):
        return f"{value:f}"
    if not isinstance(value, str) or not value.startswith(FORMULA) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def table_safe(table: pa.Table) -> pa.Table:
    """``table`` with an apostrophe before every text that begins like a formula; numbers are columns of their own."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            text = pc.replace_substring_regex(table.column(place), pattern=_FORMULA, replacement=r"'\1")
            table = table.set_column(place, field, text)
    return table
