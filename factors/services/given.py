"""Numbers that users give, before anything is done with them."""

import math
from typing import Any


def number_given(value: Any) -> float | None:
    """A number that is written as one (no text, no true or false) and that a double can hold; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:  # an integer of hundreds of digits
        return None
    return found if math.isfinite(found) else None
