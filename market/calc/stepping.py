"""Fundamentals of many sessions at once: figures only step when something happens, so each step is computed once.

A step is an instrument from one session on, until its next report, split or expiry. All steps together are the rows of
one ``Snapshot``, as if each were an instrument on a day of its own; every session then points at its step.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from market.calc.figures import Figure
from market.calc.reports import PER_SHARE, SHARE_COUNTS, ReportGrid, ReportRows, Splits, split_multiplier
from market.calc.snapshot import Snapshot
from market.calc.trailing import STALE_AFTER

NEVER = 2**30


@dataclass(frozen=True)
class SteppedSnapshot:
    """What ``Snapshot`` answers, for instrument-sessions: ``step_of`` int [n], the row of ``steps`` each stands on."""

    steps: Snapshot
    step_of: np.ndarray
    _figures: dict[tuple[str, str], Figure] = field(default_factory=dict, repr=False)

    def ttm(self, name: str) -> Figure:
        return self._spread("ttm", name)

    def ttm_year_ago(self, name: str) -> Figure:
        return self._spread("ttm_year_ago", name)

    def newest(self, name: str) -> Figure:
        return self._spread("newest", name)

    def year_ago(self, name: str) -> Figure:
        return self._spread("year_ago", name)

    def quarters(self, name: str) -> np.ndarray:
        return self.steps.quarters(name)[self.step_of]

    def seasonal_differences(self, name: str) -> np.ndarray:
        return self.steps.seasonal_differences(name)[self.step_of]

    @property
    def is_stale(self) -> np.ndarray:
        return self.steps.is_stale[self.step_of]

    def is_outdated(self, values: np.ndarray) -> np.ndarray:
        """As ``Snapshot.is_outdated``; values float [n, K]."""
        known = ~np.isnan(values)
        anchor = known.argmax(axis=1)
        rows = np.arange(len(values))
        too_old = (self.steps.grid.ends < np.asarray(self.steps.as_of_day)[:, None] - STALE_AFTER)[self.step_of, anchor]
        outdated: np.ndarray = ~known[rows, anchor] | too_old
        return outdated

    def _spread(self, kind: str, name: str) -> Figure:
        if (kind, name) not in self._figures:
            found: Figure = getattr(self.steps, kind)(name)
            self._figures[kind, name] = Figure(found.values[self.step_of], found.status[self.step_of])
        return self._figures[kind, name]


@dataclass(frozen=True)
class Timeline:
    """Sessions of a history: ``days`` int32 [T]; ``company`` int [N], lines of one company share a number;
    ``bar_days`` int32 [B, N], each column's own bars, 0 where there is none."""

    days: np.ndarray
    company: np.ndarray
    bar_days: np.ndarray

    @property
    def first_bar(self) -> np.ndarray:
        """The day of each column's first bar, int [N]; never where it has none."""
        exists = self.bar_days > 0
        row = exists.argmax(axis=0)
        first = self.bar_days[row, np.arange(self.bar_days.shape[1])].astype(np.int64)
        return np.where(exists.any(axis=0), first, NEVER)


def stepped_snapshot(rows: ReportRows, splits: Splits, time: Timeline, history_days: int) -> SteppedSnapshot:
    """Fundamentals as known on each session of ``time``.

    rows, splits: by column 0 to N-1, whatever their dates; reports ending more than ``history_days`` before a session
    do not count on it. The result's n is T x N, sessions first.
    """
    effective = _effective_days(splits, time.bar_days)
    starts = _starts(rows, splits.column, effective, time, history_days)
    column, session = np.nonzero(starts)
    day = time.days[session].astype(np.int64)
    index, step, is_own = _known_rows(_Reports.of(rows, time, history_days), column, day)
    figures = _figures(rows, index, step, is_own, _splits_of_steps(splits, effective, column, day))
    snapshot = Snapshot(ReportGrid(figures, len(column)), day)
    step_of = (np.cumsum(starts.ravel()) - 1).reshape(starts.shape).T
    return SteppedSnapshot(snapshot, step_of.ravel())


def _effective_days(splits: Splits, bar_days: np.ndarray) -> np.ndarray:
    """The day of each split's first own bar from its ex-date on: a close from before it goes with what was before."""
    days = np.full(len(splits.column), NEVER, dtype=np.int64)
    for i, (column, ex_day) in enumerate(zip(splits.column, splits.ex_day, strict=True)):
        row = int(np.searchsorted(bar_days[:, column], ex_day))
        if row < len(bar_days):
            days[i] = bar_days[row, column]
    return days


def _starts(
    rows: ReportRows, split_column: np.ndarray, effective: np.ndarray, time: Timeline, history_days: int
) -> np.ndarray:
    """bool [N, T]: on which sessions something about the company begins to be different; the first always."""
    end = rows.period_end.astype(np.int64)
    lines = np.arange(len(time.company))
    column = np.concatenate([rows.column] * 3 + [split_column, lines]).astype(np.int64)
    published = np.maximum(rows.available_day, end)
    day = np.concatenate([published, end + STALE_AFTER + 1, end + history_days + 1, effective, time.first_bar])
    session = np.searchsorted(time.days, day)
    seen = session < len(time.days)
    company_starts = np.zeros((int(time.company.max(initial=-1)) + 1, len(time.days)), dtype=bool)
    company_starts[time.company[column[seen]], session[seen]] = True
    company_starts[:, :1] = True
    found: np.ndarray = company_starts[time.company]
    return found


@dataclass(frozen=True)
class _Reports:
    """Reports by column: rows ``order[first[c] : first[c + 1]]`` are those of column c."""

    rows: ReportRows
    order: np.ndarray
    first: np.ndarray
    company: np.ndarray
    first_bar: np.ndarray
    history_days: int

    @classmethod
    def of(cls, rows: ReportRows, time: Timeline, history_days: int) -> "_Reports":
        order = np.argsort(rows.column, kind="stable")
        first = np.searchsorted(rows.column[order], np.arange(len(time.company) + 1))
        return cls(rows, order, first, time.company, time.first_bar, history_days)

    def of_steps(self, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(row, step): every report of each step's column."""
        count = (self.first[1:] - self.first[:-1])[column]
        step = np.repeat(np.arange(len(column)), count)
        offset = np.arange(len(step)) - np.repeat(np.cumsum(count) - count, count)
        return self.order[self.first[column[step]] + offset], step

    def is_known(self, index: np.ndarray, day: np.ndarray | int) -> np.ndarray:
        end = self.rows.period_end[index]
        known: np.ndarray = (self.rows.available_day[index] <= day) & (end <= day) & (end >= day - self.history_days)
        return known

    def of_sister(self, column: int, day: int) -> np.ndarray:
        """Rows known on ``day`` of the first other line of the company that has any, and has traded by then."""
        for sister in np.flatnonzero((self.company == self.company[column]) & (self.first_bar <= day)):
            index = self.order[self.first[sister] : self.first[sister + 1]]
            index = index[self.is_known(index, day)]
            if len(index):
                return index
        return np.zeros(0, dtype=np.int64)


def _known_rows(reports: _Reports, column: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(row, step, whether it is the line's own report) of every report known on each step.

    A line without reports of its own carries those of the first line of its company that has some.
    """
    index, step = reports.of_steps(column)
    keep = reports.is_known(index, day[step])
    index, step = index[keep], step[keep]
    lines = np.bincount(reports.company)
    silent = (np.bincount(step, minlength=len(column)) == 0) & (lines[reports.company[column]] > 1)
    borrowed = [reports.of_sister(int(column[i]), int(day[i])) for i in np.flatnonzero(silent)]
    if not borrowed:
        return index, step, np.ones(len(index), dtype=bool)
    borrowed_step = np.repeat(np.flatnonzero(silent), [len(part) for part in borrowed])
    is_own = np.arange(len(index) + len(borrowed_step)) < len(index)
    return np.concatenate([index, *borrowed]), np.r_[step, borrowed_step], is_own


def _splits_of_steps(splits: Splits, effective: np.ndarray, column: np.ndarray, day: np.ndarray) -> Splits:
    """The splits that each step knows, by step."""
    parts = [np.flatnonzero((column == splits.column[i]) & (day >= effective[i])) for i in range(len(effective))]
    which = np.repeat(np.arange(len(effective)), [len(part) for part in parts])
    step = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    return Splits(step, splits.ex_day[which], splits.ratio[which])


def _figures(rows: ReportRows, index: np.ndarray, step: np.ndarray, is_own: np.ndarray, splits: Splits) -> ReportRows:
    """The reports of all steps, adjusted for the splits each step knows; a field is picked when it is asked for."""
    picked = ReportRows(
        step, rows.period_end[index], rows.period[index], rows.available_day[index], rows.priority[index], {}
    )
    multiplier = split_multiplier(picked, splits, NEVER)

    def pick(name: str) -> np.ndarray:
        values = rows.fields[name][index]
        if name in PER_SHARE:
            return values / multiplier
        return np.where(is_own, values * multiplier, np.nan) if name in SHARE_COUNTS else values

    return ReportRows(
        step, picked.period_end, picked.period, picked.available_day, picked.priority, _Picked(rows.fields, pick)
    )


class _Picked(Mapping[str, np.ndarray]):
    """Fields that are made when they are asked for."""

    def __init__(self, names: Mapping[str, np.ndarray], pick: Callable[[str], np.ndarray]) -> None:
        self._names, self._pick = names, pick

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        return self._pick(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
