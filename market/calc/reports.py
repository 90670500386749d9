"""Reports as known on one day: which version of which figure counts (FORMULAS.md sections 1, 2 and 9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

PERIODS = ("Q", "H1", "H2", "FY")
PER_SHARE = ("eps_basic", "eps_diluted", "dividends_per_share", "book_value_per_share")
SHARE_COUNTS = ("shares_outstanding", "free_float_shares")
MAX_SLOTS = 24  # period ends kept per instrument: six years of quarters
_NO_END = -(10**6)


@dataclass(frozen=True)
class ReportRows:
    """Reports as they were filed, one row each; days are int32 days since 1970-01-01.

    ``column``: index of the instrument in the panel; ``period``: index into PERIODS; ``priority``: larger wins
    among versions of one figure (consolidated, then source), before ``available_day``.
    """

    column: np.ndarray
    period_end: np.ndarray
    period: np.ndarray
    available_day: np.ndarray
    priority: np.ndarray
    fields: Mapping[str, np.ndarray]

    def known_on(self, day: int) -> "ReportRows":
        """The rows published by ``day``."""
        return self.pick(np.flatnonzero((self.available_day <= day) & (self.period_end <= day)))

    def pick(self, rows: np.ndarray) -> "ReportRows":
        return ReportRows(
            self.column[rows], self.period_end[rows], self.period[rows], self.available_day[rows],
            self.priority[rows], {name: values[rows] for name, values in self.fields.items()},
        )  # fmt: skip


def shared_by_company(rows: ReportRows, company: np.ndarray) -> ReportRows:
    """Rows in which lines without reports of their own carry those of another line of their company.

    company: int [N], equal for lines of one company. Companies report once, whatever the number of share classes;
    share counts are those of the line that reports, so the other lines do not get them.
    """
    reporting = np.bincount(rows.column, minlength=len(company)) > 0
    lines = np.bincount(company, minlength=int(company.max(initial=-1)) + 1)
    silent = np.flatnonzero(~reporting & (lines[company] > 1))
    extra, columns = [], []
    for column in silent:
        sisters = np.flatnonzero((company == company[column]) & reporting)
        if len(sisters):
            of_sister = np.flatnonzero(rows.column == sisters[0])
            extra.append(of_sister)
            columns.append(np.full(len(of_sister), column))
    if not extra:
        return rows
    shared = rows.pick(np.r_[np.arange(len(rows.column)), np.concatenate(extra)])
    placed = np.r_[rows.column, np.concatenate(columns)]
    own = np.arange(len(placed)) < len(rows.column)
    counts = {name: np.where(own, shared.fields[name], np.nan) for name in SHARE_COUNTS if name in shared.fields}
    return ReportRows(
        placed, shared.period_end, shared.period, shared.available_day, shared.priority, {**shared.fields, **counts}
    )


@dataclass(frozen=True)
class Splits:
    """Splits by column: ``ex_day`` int32 [K], ``ratio`` float [K], new shares per old share."""

    column: np.ndarray
    ex_day: np.ndarray
    ratio: np.ndarray


def split_multiplier(rows: ReportRows, splits: Splits, as_of_day: int) -> np.ndarray:
    """By row: the product of the ratios of splits with ``available_day < ex_day <= as_of_day``. float [R]."""
    multiplier = np.ones(len(rows.column))
    known = np.flatnonzero(splits.ex_day <= as_of_day)
    if not len(known):
        return multiplier
    order = np.lexsort((rows.available_day, rows.column))
    key = rows.column[order].astype(np.int64) * 10**6 + rows.available_day[order]
    for i in known:
        low = np.searchsorted(key, int(splits.column[i]) * 10**6 - 10**5)
        high = np.searchsorted(key, int(splits.column[i]) * 10**6 + int(splits.ex_day[i]))
        multiplier[order[low:high]] *= splits.ratio[i]
    return multiplier


def shares_multiplier(days: np.ndarray, splits: Splits) -> np.ndarray:
    """What turns shares of each bar into shares of the last one: the product of the ratios of ``splits`` after it.

    days: int32 [L, N], 0 where there is no bar (1 there). float [L, N].
    """
    multiplier = np.ones(days.shape)
    for column, ex_day, ratio in zip(splits.column, splits.ex_day, splits.ratio, strict=True):
        before = int(np.searchsorted(days[:, column], ex_day))
        multiplier[:before, column] *= ratio
    return multiplier


def split_adjusted(rows: ReportRows, splits: Splits, as_of_day: int) -> ReportRows:
    """Rows with per-share figures divided and share counts multiplied by the splits since each report."""
    multiplier = split_multiplier(rows, splits, as_of_day)
    if (multiplier == 1.0).all():
        return rows
    fields = dict(rows.fields)
    for name in PER_SHARE:
        if name in fields:
            fields[name] = fields[name] / multiplier
    for name in SHARE_COUNTS:
        if name in fields:
            fields[name] = fields[name] * multiplier
    return ReportRows(rows.column, rows.period_end, rows.period, rows.available_day, rows.priority, fields)


@dataclass(frozen=True)
class ReportGrid:
    """Reports of N instruments by slot: slot 0 is the newest period end of that instrument, slot 1 the one before.

    ``ends`` int32 [N, K], days; empty slots hold a day before any other.
    """

    rows: ReportRows
    n: int
    _cache: dict[tuple[str, str], np.ndarray] = field(default_factory=dict, repr=False)

    @cached_property
    def _placed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(row order by rising precedence, slot of each row, period ends [N, K])."""
        rows = self.rows
        by_end = np.lexsort((-rows.period_end, rows.column))
        column, end = rows.column[by_end], rows.period_end[by_end]
        new_column = np.r_[True, column[1:] != column[:-1]] if len(column) else np.zeros(0, dtype=bool)
        new_end = new_column | (np.r_[True, end[1:] != end[:-1]] if len(column) else new_column)
        running = np.cumsum(new_end) - 1
        start = running[new_column][np.cumsum(new_column) - 1] if len(column) else running
        slot_sorted = running - start
        slot = np.empty(len(column), dtype=np.int64)
        slot[by_end] = slot_sorted
        width = min(MAX_SLOTS, int(slot.max()) + 1) if len(slot) else 1
        # Empty slots get ever earlier ends, so that no two of them look like neighbouring periods.
        ends = np.tile((_NO_END - 1000 * np.arange(width)).astype(np.int32), (self.n, 1))
        inside = slot < width
        ends[rows.column[inside], slot[inside]] = rows.period_end[inside]
        order = np.lexsort((rows.available_day, rows.priority))
        return order[inside[order]], slot, ends

    @property
    def ends(self) -> np.ndarray:
        return self._placed[2]

    def figures(self, name: str, period: str | None = None) -> np.ndarray:
        """float [N, K]: the winning version of field ``name``; of ``period`` rows only, or of any (balance sheets).

        NaN where no non-null figure is known. ``revenue`` <= 0 counts as null.
        """
        key = (name, period or "")
        if key not in self._cache:
            self._cache[key] = self._fill(name, period)
        return self._cache[key]

    def _fill(self, name: str, period: str | None) -> np.ndarray:
        order, slot, ends = self._placed
        out = np.full(ends.shape, np.nan)
        values = self.rows.fields.get(name)
        if values is None or not len(order):
            return out
        usable = ~np.isnan(values) if name != "revenue" else values > 0
        if period is not None:
            usable = usable & (self.rows.period == PERIODS.index(period))
        chosen = order[usable[order]]
        out[self.rows.column[chosen], slot[chosen]] = values[chosen]  # of equal targets the last one wins
        return out
