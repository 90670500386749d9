"""What a fund's trades were worth: share counts say what was traded, its own lines say at what price."""

import numpy as np

from etfs.calc.changes import Changes
from etfs.calc.snapshot import Snapshot


def trade_values(before: Snapshot, after: Snapshot, found: Changes) -> np.ndarray:
    """Value of ``found.share_change`` [n] (``compare`` of the two) at the price of the later day, or where the line is
    gone by then, of the earlier: positive bought, negative sold. NaN where shares or price are not known.
    """
    old, new = (part.added().spread(found.key, np.nan) for part in (before, after))
    price = _price(new.value, found.shares_after)
    earlier = _price(old.value, found.shares_before)
    return found.share_change * np.where(np.isnan(price), earlier, price)


def _price(value: np.ndarray, shares: np.ndarray) -> np.ndarray:
    fine = np.isfinite(value) & np.isfinite(shares) & (shares != 0)
    return np.divide(value, shares, out=np.full(len(value), np.nan), where=fine)
