"""Of which days a state is kept, so that little has to be computed anew after a change."""

import numpy as np

RECENT = 5  # sessions of which each is kept: most changes are of the last days
MONTHS = np.timedelta64(400, "D")  # before the newest, of which the last of each month is kept


def days_to_keep(days: np.ndarray, recent: int = RECENT) -> np.ndarray:
    """Of ``days`` datetime64[D] (ascending): the ``recent`` last, the last of each month of a year and of each year."""
    if not len(days):
        return days
    month, year = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    ends_month = np.r_[month[1:] != month[:-1], True] & (days > days[-1] - MONTHS)
    ends_year = np.r_[year[1:] != year[:-1], True]
    kept = ends_month | ends_year
    kept[-recent:] = True
    return days[kept]
