"""What a statistic is computed from: the values of a portfolio, a strategy or an asset, session by session."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from portfolio.calc.statistics.checks import known_levels, known_values, rising_dates
from portfolio.calc.statistics.episodes import Episodes, episodes_of, fallen
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR, Moments, moments_of

MONTH = 21  # sessions


class Pairs(NamedTuple):
    """Returns of the sessions on which both have one, fractions, float64 [k]."""

    own: np.ndarray
    benchmark: np.ndarray


@dataclass(frozen=True, eq=False)
class Track:
    """A value series free of deposits and withdrawals, and what follows from it, each computed once.

    ``values`` float64 [n + 1]: V_0 is the initial capital, dated one session before the first; then one value per
    session. Finite, V_0 above zero, none negative; a value of zero is a total loss and stays. ``dates``
    datetime64[D] [n + 1], ascending. ``benchmark``: levels on the same dates, NaN where there is none. ``risk_free``:
    a year's rate as a fraction. ValueError says what is wrong with which row. The arrays are copied and read-only.
    """

    values: np.ndarray
    dates: np.ndarray
    benchmark: np.ndarray | None = None
    risk_free: float = 0.02

    def __post_init__(self) -> None:
        object.__setattr__(self, "dates", rising_dates(self.dates))
        object.__setattr__(self, "values", known_values(self.values, self.dates))
        if self.benchmark is not None:
            object.__setattr__(self, "benchmark", known_levels(self.benchmark, self.dates))
        if not -1.0 < self.risk_free < np.inf:
            raise ValueError(f"the risk-free rate must be a fraction above -1, not {self.risk_free!r}")

    @property
    def sessions(self) -> int:
        """How many returns there are: n."""
        return len(self.values) - 1

    @property
    def days(self) -> int:
        """Calendar days from V_0 to the last value."""
        return int((self.dates[-1] - self.dates[0]).astype(int))

    @cached_property
    def returns(self) -> np.ndarray:
        """r_d = V_d / V_(d-1) - 1, float64 [n]; 0 after a total loss, which leaves nothing to earn."""
        return growth(self.values, 1)

    @cached_property
    def risk_free_session(self) -> float:
        """(1 + rf)^(1/252) - 1."""
        return float((1.0 + self.risk_free) ** (1.0 / SESSIONS_A_YEAR) - 1.0)

    @cached_property
    def excess(self) -> np.ndarray:
        """r - rf of a session, float64 [n]."""
        return self.returns - self.risk_free_session

    @cached_property
    def moments(self) -> Moments:
        return moments_of(self.returns)

    @cached_property
    def ascending(self) -> np.ndarray:
        """The returns from the worst to the best, float64 [n]."""
        return np.sort(self.returns)

    @cached_property
    def ascending_month(self) -> np.ndarray:
        """Returns over 21 sessions, one from every session on, from the worst to the best, float64 [max(n - 20, 0)]."""
        return np.sort(growth(self.values, MONTH))

    @cached_property
    def fallen(self) -> np.ndarray:
        """Below the highest value so far, a fraction in [0, 1], float64 [n + 1]."""
        return fallen(self.values)

    @cached_property
    def episodes(self) -> Episodes:
        return episodes_of(self.fallen)

    @cached_property
    def pairs(self) -> Pairs:
        """The benchmark has a return on a session when it has a level on that session and on the one before."""
        if self.benchmark is None:
            return Pairs(np.zeros(0), np.zeros(0))
        other = self.benchmark[1:] / self.benchmark[:-1] - 1.0
        both = ~np.isnan(other)
        return Pairs(self.returns, other) if both.all() else Pairs(self.returns[both], other[both])


def growth(values: np.ndarray, sessions: int) -> np.ndarray:
    """Return over ``sessions`` from every row that has so many after it, fractions; 0 from a value of 0 on."""
    before, after = values[:-sessions], values[sessions:]
    return np.divide(after, before, out=np.ones(len(before)), where=before > 0) - 1.0
