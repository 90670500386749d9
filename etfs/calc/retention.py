"""Which compositions of a fund are kept as they grow old."""

import numpy as np

ALL_DAYS = 90  # days of age up to which every one is kept
WEEKLY_DAYS = 365  # up to which the last of each week is kept


def kept(dates: np.ndarray, today: np.datetime64) -> np.ndarray:
    """Mask [n] of the snapshots of one fund to keep; ``dates`` datetime64[D] [n] ascending.

    Age = calendar days before ``today``: up to 90 all; 91 to 365 the last of each ISO week and the last of each month;
    older the last of each month; always the latest. "The last" is over all dates, whatever their age, so a week or
    month that lies across a boundary keeps the same day before and after: what is kept on a day does not depend on
    when or how often there was pruning before (section 9). ValueError where dates are not ascending.
    """
    dates = dates.astype("datetime64[D]")
    if np.any(dates[1:] < dates[:-1]):
        raise ValueError("dates are not ascending")
    day = dates.astype(np.int64)
    age = today.astype("datetime64[D]").astype(np.int64) - day
    last_of_month = _last_of(dates, dates.astype("datetime64[M]").astype(np.int64))
    last_of_week = _last_of(dates, (day + 3) // 7)  # weeks from Monday: 1970-01-01 was a Thursday
    latest = dates == dates[-1:]
    return (age <= ALL_DAYS) | ((age <= WEEKLY_DAYS) & last_of_week) | last_of_month | latest


def _last_of(dates: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Mask [n] of the dates that are the last of their ``group`` [n] (both ascending); a date twice is one date."""
    if len(dates) == 0:
        return np.zeros(0, dtype=bool)
    end = np.searchsorted(group, group, side="right") - 1
    return np.asarray(dates == dates[end])
