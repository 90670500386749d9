"""One computation at a time of the figures of a region and day, and of a day's correlations."""

import datetime as dt
from contextlib import AbstractContextManager

from market.jobs.locks import advisory_lock


def metrics_lock(region: str, date: dt.date) -> AbstractContextManager[None]:
    """Hold the lock of a region's asset metrics of one session; RunInProgress when another process does."""
    busy = f"the asset metrics of {region} {date} are being computed by another process; try again when it is done"
    return advisory_lock(f"asset metrics:{region}:{date}", busy)


def correlations_lock(date: dt.date) -> AbstractContextManager[None]:
    """Hold the lock of a day's correlations; RunInProgress when another process does."""
    busy = f"correlations of {date} are being computed by another process; try again when it is done"
    return advisory_lock(f"correlations:{date}", busy)
