"""Calendar months back."""

import datetime as dt

import numpy as np


def months_before(days: np.ndarray, months: int) -> np.ndarray:
    """The same day ``months`` earlier, the last of its month where that is shorter. Days since 1970-01-01, int64."""
    dates = np.asarray(days, dtype=np.int64).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    day_of_month = dates - month.astype("datetime64[D]")
    first = (month - months).astype("datetime64[D]")
    last = (month - months + 1).astype("datetime64[D]") - 1
    return np.asarray(np.minimum(first + day_of_month, last).astype(np.int64))


def day_months_before(day: dt.date, months: int) -> dt.date:
    """The same of one date."""
    found: dt.date = months_before(np.array(day, dtype="datetime64[D]"), months).astype("datetime64[D]").item()
    return found
