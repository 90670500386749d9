"""Values of an axis as people write them: ``10, 20, 30``, a YAML list, or the range ``10..50:10``."""

import re
from decimal import Decimal
from typing import Any

from backtests.services.errors import BacktestError
from factors.services.strategy_files import NotYaml, strategies_read

NUMBER = r"-?\d+(?:\.\d+)?"
RANGE = re.compile(rf"({NUMBER})\.\.({NUMBER})(?::({NUMBER}))?")
MOST = 10_000  # values of a range
LONGEST = 30  # digits before the point


def values_given(text: str, field: str) -> list[Any]:
    """The values of ``field``; BacktestError for what is none."""
    if found := RANGE.fullmatch(text.strip()):
        return range_values(text, *(Decimal(part or 1) for part in found.groups()))
    written = text.strip()
    try:
        values = strategies_read(text=written if written.startswith("[") else f"[{written}]")
    except NotYaml as error:
        raise BacktestError(f"axes: {field}: {error}") from error
    if not isinstance(values, list) or not values:
        raise BacktestError(f"axes: {field}: write values as 10, 20, 30 or as a range 10..50:10")
    return values


def range_values(text: str, low: Decimal, high: Decimal, step: Decimal) -> list[float | int]:
    """Both ends included; whole numbers where all three are."""
    if step <= 0 or high < low:
        raise BacktestError(f"axes: {text!r}: a range goes from low to high by a step above 0")
    is_long = max(one.adjusted() for one in (low, high, step)) > LONGEST  # sums of such would not end well
    if is_long or high - low >= MOST * step:
        raise BacktestError(f"axes: {text[:80]!r}: too many values (at most {MOST:,})")
    found = [low + place * step for place in range(int((high - low) / step) + 1)]
    is_whole = all(one == one.to_integral_value() for one in (low, step))
    return [int(one) if is_whole else float(one) for one in found]
