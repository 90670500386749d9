"""From NumPy to what JSON can say: floats, ints, texts, ISO dates, None; never NaN or infinity."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Number = float | int | None


def number(figure: float | np.integer | None) -> Number:
    """The figure as a Python number, a whole one if it was one; None for None, NaN and infinity."""
    if isinstance(figure, (int, np.integer)):
        return int(figure)
    return float(figure) if figure is not None and math.isfinite(figure) else None


def numbers(figures: np.ndarray) -> list[Number]:
    """Each of ``figures`` [k] as ``number`` gives it."""
    found: list[Number] = figures.tolist()
    if figures.dtype.kind != "f" or np.isfinite(figures).all():
        return found
    return [figure if there else None for figure, there in zip(found, np.isfinite(figures).tolist(), strict=True)]


def texts(dates: np.ndarray) -> list[str]:
    """Dates in ISO form, as fine as their unit: 2019-01-02, 2019-01 of months, 2019 of years."""
    found: list[str] = np.datetime_as_string(dates).tolist()
    return found


def records(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Equally long columns as one dict per row."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def divided(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, NaN where the whole is 0: float64."""
    quotient: np.ndarray = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0)
    return quotient
