"""From stored scores and closes to the figures per session of an analysis, some sessions at a time."""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from factors import store
from factors.calc.analysis import Daily, Plan, daily_figures, joined
from factors.calc.analysis.correlation import score_correlations
from factors.calc.analysis.returns import BEFORE, carried
from factors.services.progress import Progress
from market.calendars import sessions, sessions_before
from market.models import PriceBar
from market.store.closes import Closes, closes_read

CELLS = 6_000_000  # scores read at a time: about 300 MB with all that is made of them
SESSIONS = (21, 252)  # read at a time, at least and at most


@dataclass(frozen=True)
class Asked:
    """What to analyse: ``names`` of ``region`` on the sessions from ``start`` to ``end``."""

    region: str
    start: dt.date
    end: dt.date
    names: Sequence[str]
    plan: Plan


@dataclass
class Figures:
    """What an analysis is made of: ``days`` datetime64[D] [T], every session of the period; ``daily`` by factor;
    ``pearson`` and ``spearman`` [T, F, F]; ``instruments`` with a score, ``ended``: how many of those had stopped
    trading by ``prices_through``, the newest session whose prices were used; ``seconds`` by stage.
    """

    days: np.ndarray
    prices_through: dt.date
    daily: dict[str, Daily] = field(default_factory=dict)
    pearson: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    spearman: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    instruments: int = 0
    ended: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0, "compute": 0.0})


@dataclass(frozen=True)
class _Slice:
    """Scores [F, T, N] of consecutive sessions; closes [R, N] of the sessions around them, gaps carried; ``first``: the
    row of ``close`` of the first session; ``lead``: sessions at the beginning that only serve as the past.
    """

    score: np.ndarray
    close: np.ndarray
    first: int
    lead: int
    instrument_ids: np.ndarray


def figures_read(asked: Asked, progress: Progress) -> Figures:
    """The figures of what is asked; ``days`` and ``daily`` are empty where there is no session."""
    newest = PriceBar.objects.newest_date(asked.region) or asked.end
    days = sessions(asked.region, asked.start, min(asked.end, newest))
    grid = _grid(asked.region, days, newest, asked.plan.longest)
    found = Figures(days, (grid[-1] if len(grid) else np.datetime64(asked.end)).astype(dt.date))
    parts: dict[str, list[Daily]] = {name: [] for name in asked.names}
    correlations, ids = [], [np.zeros(0, np.int32)]
    clock = time.perf_counter()
    for one, done in _slices(asked, days, grid):
        clock = _lap(found, "read", clock)
        for name, layer in zip(asked.names, one.score, strict=True):
            parts[name].append(daily_figures(layer, one.close, one.first, asked.plan).after(one.lead))
        correlations.append(score_correlations(one.score[:, one.lead :]))
        ids.append(one.instrument_ids)
        progress("analysing", done, len(days))
        clock = _lap(found, "compute", clock)
    found.daily = {name: joined(of_name) for name, of_name in parts.items() if of_name}
    if correlations:
        found.pearson, found.spearman = (np.concatenate(part) for part in zip(*correlations, strict=True))
    scored = np.unique(np.concatenate(ids))
    found.instruments, found.ended = len(scored), _ended(asked.region, scored, grid)
    return found


def _lap(found: Figures, stage: str, since: float) -> float:
    now = time.perf_counter()
    found.seconds[stage] = round(found.seconds[stage] + now - since, 4)
    return now


def _ended(region: str, ids: np.ndarray, grid: np.ndarray) -> int:
    """How many of ``ids`` have no bar in the last sessions of ``grid``."""
    if not len(ids):
        return 0
    last = grid[-BEFORE:]
    still = closes_read(region, last[0].astype(dt.date), last[-1].astype(dt.date)).instrument_ids
    return int((~np.isin(ids, still)).sum())


def _grid(region: str, days: np.ndarray, newest: dt.date, longest: int) -> np.ndarray:
    """The sessions of ``days``, some before them, and ``longest`` after them as far as there are prices."""
    if not len(days):
        return days
    first, last = days[0].astype(dt.date), days[-1].astype(dt.date)
    before = sessions_before(region, first - dt.timedelta(days=1), BEFORE)
    after = sessions(region, last + dt.timedelta(days=1), newest)[:longest]
    return np.concatenate([before, days, after])


def _slices(asked: Asked, days: np.ndarray, grid: np.ndarray) -> Iterator[tuple[_Slice, int]]:
    """The period in slices that fit into memory, each with the sessions before it that turnover looks back to; and how
    many sessions are done with it.
    """
    names, plan = asked.names, asked.plan
    start, step = 0, SESSIONS[0]
    offset = int(np.searchsorted(grid, days[0])) if len(days) else 0
    while start < len(days):
        stop, lead = min(start + step, len(days)), min(start, plan.window)
        around = slice(max(0, offset + start - lead - BEFORE), offset + stop + plan.longest)
        one = _read(asked, days[start - lead : stop], grid[around], lead)
        yield one, stop
        start = stop
        step = int(np.clip(CELLS // (len(names) * max(len(one.instrument_ids), 1)), *SESSIONS))


def _read(asked: Asked, days: np.ndarray, grid: np.ndarray, lead: int) -> _Slice:
    names = asked.names
    cube = store.cube_read(asked.region, days[0].astype(dt.date), days[-1].astype(dt.date), names)
    closes = closes_read(asked.region, grid[0].astype(dt.date), grid[-1].astype(dt.date))
    score = np.full((len(names), len(days), len(cube.instrument_ids)), np.nan, dtype=np.float32)
    numbers = days.astype(np.int64)
    known = np.isin(cube.days, numbers)
    score[:, np.searchsorted(numbers, cube.days[known])] = cube.score[:, known]
    close, delisted_day = _placed(closes, cube.instrument_ids, grid.astype(np.int64))
    first = int(np.searchsorted(grid, days[0]))
    return _Slice(score, carried(close, grid.astype(np.int64), delisted_day), first, lead, cube.instrument_ids)


def _placed(closes: Closes, ids: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(closes [len(grid), len(ids)], last listed day [len(ids)]) of the instruments and sessions asked for."""
    close, delisted = np.full((len(grid), len(ids)), np.nan), np.zeros(len(ids), dtype=np.int64)
    rows, columns = np.isin(closes.days, grid), np.isin(closes.instrument_ids, ids)
    to_rows = np.searchsorted(grid, closes.days[rows])
    to_columns = np.searchsorted(ids, closes.instrument_ids[columns])
    close[np.ix_(to_rows, to_columns)] = closes.close[np.ix_(rows, columns)]
    delisted[to_columns] = closes.delisted_day[columns]
    return close, delisted
