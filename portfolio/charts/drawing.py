"""What charts of portfolios share: colours, axes, arrays as JSON knows them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from market.pages.charts import line

OWN, OTHER, CASH, LOSS, FAINT = "#3b82c4", "#e08a1e", "#2f9e77", "#c9524a", "rgba(127,140,155,0.45)"
COLOURS = (OTHER, CASH, "#b65fa5", "#8a7f3d", "#5d6bc0")
DASHES = ("dash", "dot", "dashdot")
PERCENT = {"ticksuffix": " %", "hoverformat": ".2f"}
FEW = 20  # sessions, for which Plotly would show hours


def texts(dates: np.ndarray) -> list[str]:
    """Days as YYYY-MM-DD."""
    return [str(day) for day in np.asarray(dates).astype("datetime64[D]").tolist()]


def floats(values: np.ndarray, digits: int = 4) -> list[float | None]:
    """Rounded for drawing; None for NaN and what is infinite."""
    return [None if not np.isfinite(one) else round(one, digits) for one in np.asarray(values, np.float64).tolist()]


def days(dates: Sequence[str]) -> dict[str, Any]:
    """The axis of time."""
    return {"type": "category"} if len(dates) < FEW else {}


def others(dates: Sequence[str], series: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Lines of benchmarks, told apart by dashes and not by colour alone."""
    return [
        line(dates, floats(values), name, COLOURS[at % len(COLOURS)])
        | {"line": {"color": COLOURS[at % len(COLOURS)], "width": 1.6, "dash": DASHES[at % len(DASHES)]},
           "connectgaps": True}
        for at, (name, values) in enumerate(series.items())
    ]  # fmt: skip
