"""Publication dates where a source gives none, and fiscal years where it gives no period."""

import datetime as dt

import numpy as np

QUARTER_LAG, YEAR_LAG = 45, 90  # days after the period end
PUBLISHED_AFTER = 90


def available_estimated(period_end: np.ndarray, at_year_end: np.ndarray) -> np.ndarray:
    """period end + 45 days, or + 90 where the period ends with the fiscal year (datetime64[D]; NaT stays)."""
    return period_end + np.where(at_year_end, YEAR_LAG, QUARTER_LAG).astype("timedelta64[D]")


def at_year_end(ticker: np.ndarray, period_end: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Which rows end with their company's fiscal year: FY and H2 rows, and any row in the month an FY row of the
    same ticker ends in. Without FY rows a calendar year is assumed."""
    months = period_end.astype("datetime64[M]").astype(int) % 12
    yearly = np.isin(period, ("FY", "H2"))
    ends: dict[int, set[int]] = {}
    for who, month in zip(ticker[yearly].tolist(), months[yearly].tolist(), strict=True):
        ends.setdefault(who, set()).add(month)
    last = [month in ends.get(who, {11}) for who, month in zip(ticker.tolist(), months.tolist(), strict=True)]
    return yearly | np.array(last, dtype=bool)


def fiscal_year_known(day: dt.date) -> dt.date:
    """The last 31 December at least 90 days before ``day``: the year a Korean figure published then belongs to."""
    limit = day - dt.timedelta(days=PUBLISHED_AFTER)
    end = dt.date(limit.year, 12, 31)
    return end if end <= limit else dt.date(limit.year - 1, 12, 31)
