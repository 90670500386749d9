"""Figures that people write, as exact numbers."""

from decimal import Decimal, InvalidOperation
from typing import Any

LARGEST = Decimal(10) ** 15


def decimal_of(value: Any) -> Decimal:
    """A number as it is written; ValueError says why it is none."""
    try:
        found = None if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or abs(found) > LARGEST:
        raise ValueError(f"{str(value)[:60]!r} is no number")
    return found


def stored(figure: Decimal | float, rounding: str) -> Decimal:
    """With the ten decimals that tables of money and shares have."""
    return Decimal(str(figure)).quantize(Decimal("1e-10"), rounding)
