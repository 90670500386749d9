"""What a portfolio earned, whatever was paid in and out meanwhile."""

import numpy as np

from market.calc.windows import ZERO
from portfolio.calc.statistics.checks import money_and_flows


def time_weighted_index(values: np.ndarray, flows: np.ndarray) -> np.ndarray | None:
    """The value series that deposits and withdrawals leave alone: 1, then the chain of (1 + r_d), float64 [n + 1].

    ``values`` [n + 1]: V_0, then the value at the end of each session. ``flows`` [n + 1]: money paid in (positive) or
    out at the start of the session, ``flows[0]`` being a part of V_0. r_d = V_d / (V_(d-1) + F_d) - 1; 0 while there is
    no money at all. None where a session starts with no money or debts but ends with a value: no return leads there.
    ValueError for missing numbers and other lengths. What comes back is the ``values`` of a ``Track``.
    """
    money, paid = money_and_flows(values, flows)
    before, after = money[:-1] + paid[1:], money[1:]
    nothing = ZERO * (np.abs(money[:-1]) + np.abs(paid[1:]))  # what rounding leaves of a full withdrawal
    invested = before > nothing
    if np.any(~invested & (np.abs(after) > nothing)) or np.any(after < -nothing) or np.any(before < -nothing):
        return None
    kept = np.divide(np.maximum(after, 0.0), before, out=np.ones(len(before)), where=invested)
    return np.r_[1.0, np.cumprod(kept)]


def time_weighted_return(values: np.ndarray, flows: np.ndarray) -> float | None:
    """100 x (the last of ``time_weighted_index`` - 1), percent over the whole time; None below two sessions."""
    index = time_weighted_index(values, flows)
    return None if index is None or len(index) < 3 else 100.0 * float(index[-1] - 1.0)
