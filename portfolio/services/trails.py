"""How a figure was computed: what every trail says, whatever it is of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def trail(
    result: float | None,
    unit: str,
    formula: str,
    *,
    inputs: Mapping[str, Any] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
    source: str = "",
) -> dict[str, Any]:
    """``formula`` in words and signs, naming ``inputs`` and columns of ``rows``; ``source``: where it is defined."""
    return {
        "result": result, "unit": unit, "formula": formula, "source": source, "inputs": dict(inputs or {}),
        "rows": list(rows),
    }  # fmt: skip


def plain(steps: Mapping[str, Any]) -> dict[str, Any]:
    """Steps of a calculation as JSON knows them."""
    return {name: _plain(value) for name, value in steps.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return value.item()
    return figure(value) if isinstance(value, float) else value


def figure(number: float | np.floating | None) -> float | None:
    """A number of a calculation as JSON knows it: None for NaN and what is infinite."""
    return None if number is None or not np.isfinite(number) else float(number)
