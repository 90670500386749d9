"""What was known of every company on one day: the figures that factors ask for by name."""

from dataclasses import dataclass, field

import numpy as np

from market.calc.figures import Figure, Status
from market.calc.reports import ReportGrid
from market.calc.trailing import (
    STALE_AFTER,
    YEAR_GAP,
    Flow,
    discrete_quarters,
    follow,
    pointer,
    trailing_year,
)


@dataclass(frozen=True)
class Snapshot:
    """Point-in-time fundamentals of N instruments.

    Figures are null (status STALE) when their own period end is more than 550 days before the as-of day.
    ``eps`` is diluted, else basic.
    """

    grid: ReportGrid
    as_of_day: int | np.ndarray  # one day for all, or int [N]
    _cache: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def n(self) -> int:
        return self.grid.n

    def flow(self, name: str) -> Flow:
        """A flow's figures by kind of period."""
        ends = self.grid.ends
        if name != "eps":
            return Flow(ends, *(self.grid.figures(name, period) for period in ("Q", "H1", "H2", "FY")))
        diluted, basic = self.flow("eps_diluted"), self.flow("eps_basic")
        kinds = ("quarter", "first_half", "second_half", "year")
        pairs = [(getattr(diluted, kind), getattr(basic, kind)) for kind in kinds]
        return Flow(ends, *(np.where(np.isnan(first), second, first) for first, second in pairs))

    def ttm(self, name: str) -> Figure:
        """Trailing twelve months of a flow at its own newest period end."""
        known, values = self._trailing(name)
        return self._newest(known, values)

    def ttm_year_ago(self, name: str) -> Figure:
        """The same a year (350 to 380 days) before that period end, from what is known now."""
        known, values = self._trailing(name)
        return self._year_before(known, values)

    def newest(self, name: str) -> Figure:
        """A balance-sheet item at the newest period end that has it."""
        values = self.grid.figures(name)
        return self._newest(~np.isnan(values), values)

    def year_ago(self, name: str) -> Figure:
        """A balance-sheet item 350 to 380 days before its newest period end."""
        values = self.grid.figures(name)
        return self._year_before(~np.isnan(values), values)

    def quarters(self, name: str) -> np.ndarray:
        """Discrete quarters by slot, fourth quarters derived. float [N, K], slot 0 = newest period end."""
        key = f"quarters:{name}"
        if key not in self._cache:
            self._cache[key] = discrete_quarters(self.flow(name))
        return self._cache[key]

    def seasonal_differences(self, name: str) -> np.ndarray:
        """Each quarter less the same quarter a year before. float [N, K]."""
        quarters = self.quarters(name)
        return quarters - follow(quarters, pointer(self.grid.ends, ~np.isnan(quarters), YEAR_GAP))

    @property
    def is_stale(self) -> np.ndarray:
        """bool [N]: the newest period end of any report is too old."""
        return self.grid.ends[:, 0] < self.as_of_day - STALE_AFTER

    def is_outdated(self, values: np.ndarray) -> np.ndarray:
        """bool [N]: the newest period end with a number in float [N, K] by slot is too old (or there is none)."""
        known = ~np.isnan(values)
        anchor = known.argmax(axis=1)
        rows = np.arange(self.n)
        outdated: np.ndarray = ~known[rows, anchor] | (self.grid.ends[rows, anchor] < self.as_of_day - STALE_AFTER)
        return outdated

    def _trailing(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        flow = self.flow(name)
        key = f"ttm:{name}"
        if key not in self._cache:
            self._cache[key] = trailing_year(flow)
        return flow.known, self._cache[key]

    def _newest(self, known: np.ndarray, values: np.ndarray) -> Figure:
        anchor = known.argmax(axis=1)
        rows = np.arange(self.n)
        some = known[rows, anchor]
        stale = some & (self.grid.ends[rows, anchor] < self.as_of_day - STALE_AFTER)
        result = np.where(some & ~stale, values[rows, anchor], np.nan)
        status = np.where(stale, Status.STALE, np.where(np.isnan(result), Status.MISSING, Status.OK))
        return Figure(result, status.astype(np.uint8))

    def _year_before(self, known: np.ndarray, values: np.ndarray) -> Figure:
        """The value a year before the newest known slot; stale where that newest slot is."""
        current = self._newest(known, np.where(known, 0.0, np.nan))
        anchor = known.argmax(axis=1)
        to = pointer(self.grid.ends, known, YEAR_GAP)
        past = follow(values, to)[np.arange(self.n), anchor]
        result = np.where(current.status == Status.OK, past, np.nan)
        status = np.where(
            current.status == Status.STALE,
            Status.STALE,
            np.where(np.isnan(result), Status.MISSING, Status.OK),
        )
        return Figure(result, status.astype(np.uint8))
