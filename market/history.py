"""Many sessions as one panel: every figure has n = T x N entries, an instrument-session each. Pure and frozen.

Series stay what they are, own bars by column, now with the bars of all sessions; each instrument-session points at its
last bar in them. So a factor's ``compute`` runs once for all sessions, its windows rolling, and gives what it gives
session by session.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from market.calc.rolling import (
    by_columns,
    rolling_count,
    rolling_drawdown,
    rolling_lowest,
    rolling_max,
    rolling_min,
    rolling_moments,
    rolling_std,
    rolling_sum,
)
from market.calc.rolling_rsi import rolling_rsi
from market.calc.windows import ZERO, Window, market_fit, mean_of_first, not_ahead
from market.panel import Panel

FEW = 16  # sessions, for which counting the bars of each is the faster way


@dataclass(frozen=True, kw_only=True)
class History(Panel):
    """``T`` sessions of ``N`` instruments; figures float [T x N], the first session's instruments first.

    ``session_days`` int32 [T]; ``oldest_fresh`` int32 [T], the first of each session's last five sessions;
    ``bar_of`` int [T x N], the row of each one's last bar in the series (-1: none yet); ``column_of`` int [T x N], its
    column. ``instrument_ids``, ``tickers``, ``sectors`` and ``company`` are of the N instruments.
    """

    session_days: np.ndarray
    oldest_fresh: np.ndarray
    bar_of: np.ndarray
    column_of: np.ndarray

    @property
    def n(self) -> int:
        return len(self.bar_of)

    def days_of_sessions(self) -> np.ndarray:
        return self.session_days

    def by_session(self, figure: np.ndarray) -> np.ndarray:
        return figure.reshape(len(self.session_days), len(self.instrument_ids))

    def at(self, series: np.ndarray, skip: int = 0) -> np.ndarray:
        return self.last_of(series, not_ahead(skip), np.nan)

    def over(self, window: int, skip: int = 0) -> "EveryWindow":
        return EveryWindow(window, skip, history=self)

    def last_of(self, series: np.ndarray, skip: int, missing: float) -> np.ndarray:
        """A series at the last bar of each, or ``skip`` bars before it; ``missing`` where there is none."""
        if skip or series.shape != self.close.shape:
            return self.pick(series, self.bar_of - skip, missing)
        cells, above = self._last_cells
        return _filled(np.ascontiguousarray(series).reshape(-1).take(cells), above, missing)

    def pick(self, series: np.ndarray, rows: np.ndarray, missing: float) -> np.ndarray:
        """A series at row ``rows`` [n] of each one's column; ``missing`` above the first row."""
        if not len(series):
            return np.full(self.n, missing)
        found = series[np.maximum(rows, 0), self.column_of]
        return _filled(found, np.flatnonzero(rows < 0), missing)

    @cached_property
    def _last_cells(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the last bars stand in the cells of a series in their order; those that have none. One index into the
        cells is several times as fast as one of rows and one of columns."""
        return np.maximum(self.bar_of, 0) * self.close.shape[1] + self.column_of, np.flatnonzero(self.bar_of < 0)

    def _index_fit(self, window: int, bars: int) -> tuple[np.ndarray, ...]:
        close, index, days = self.with_index
        common = last_rows(days, self.session_days, self.by_session(self.column_of))
        own, market = (np.full(close.shape, np.nan) for _ in range(2))
        own[1:], market[1:] = close[1:] / close[:-1] - 1.0, index[1:] / index[:-1] - 1.0
        moments = rolling_moments(own, market, window)
        count, xx, yy, xy = (
            self.pick(part, common, 0.0) for part in (moments.count, moments.xx, moments.yy, moments.xy)
        )
        beta = np.where(yy > ZERO**2 * np.maximum(count, 1), xy / np.where(yy > 0, yy, 1.0), np.nan)
        residual = np.sqrt(np.maximum(xx - beta * xy, 0.0) / np.maximum(count - 1, 1))
        self._refit_where_bars_run_out((beta, residual, count), common, window, bars)
        oldest = np.repeat(self.oldest_fresh, len(self.instrument_ids))
        last_common = self.pick(days.astype(np.float64), common, 0.0)
        return (
            beta,
            residual,
            count,
            last_common >= oldest,
            np.repeat(self._index_is_recent(), len(self.instrument_ids)),
        )

    def _index_is_recent(self) -> np.ndarray:
        """bool [T]: the index has a bar among each session's last five sessions."""
        last = np.searchsorted(self.index_days, self.session_days, side="right") - 1
        if not len(self.index_days):
            return np.zeros(len(last), dtype=bool)
        recent: np.ndarray = (last >= 0) & (self.index_days[np.maximum(last, 0)] >= self.oldest_fresh)
        return recent

    def _refit_where_bars_run_out(
        self, fit: tuple[np.ndarray, np.ndarray, np.ndarray], common: np.ndarray, window: int, bars: int
    ) -> None:
        """Where the window reaches beyond the last ``bars`` bars (dates without an index in between), it is shorter:
        those few are fitted by themselves, in place."""
        (beta, residual, count), (close, index, days) = fit, self.with_index
        first_bar = self.pick(self.days.astype(np.float64), np.maximum(self.bar_of - bars + 1, 0), 0.0)
        first_used = self.pick(days.astype(np.float64), np.maximum(common - count.astype(np.int64), 0), 0.0)
        beyond = np.flatnonzero((first_used < first_bar) & (common >= 0) & (count > 0))
        for some in np.array_split(beyond, max(1, len(beyond) // 4096)):
            rows = common[some] - np.arange(window, -1, -1)[:, None]
            columns = self.column_of[some]
            inside = (rows >= 0) & (days[np.maximum(rows, 0), columns] >= first_bar[some])
            parts = (np.where(inside, part[np.maximum(rows, 0), columns], np.nan) for part in (close, index))
            beta[some], residual[some], count[some] = market_fit(*parts)


def last_rows(days: np.ndarray, session_days: np.ndarray, column_of: np.ndarray) -> np.ndarray:
    """The last row of ``days`` [B, M] (ascending, 0 above the first) on or before each session; -1 for none. [T x N].

    column_of: int [T, N]. Bars are counted by the first session that knows them, then added up session by session.
    """
    count, exists = len(session_days), days > 0
    if count <= FEW:
        bars = np.array([np.count_nonzero(exists & (days <= day), axis=0) for day in session_days])
    else:
        bars = _counted(days, session_days, exists)
    rows = np.where(bars > 0, bars + (len(days) - 1 - exists.sum(axis=0)), -1)
    return np.take_along_axis(rows, column_of, axis=1).ravel()


def _counted(days: np.ndarray, session_days: np.ndarray, exists: np.ndarray) -> np.ndarray:
    """Bars on or before each session: int [T, M]."""
    count, columns = len(session_days), days.shape[1]
    first, last = int(session_days[0]), int(session_days[-1])
    session_of = np.searchsorted(session_days, np.arange(first, last + 2))  # the day after the last: none
    known_from = session_of[np.clip(days, first, last + 1) - first]
    cells = (known_from * columns + np.arange(columns))[exists & (known_from < count)]
    bars = np.bincount(cells, minlength=count * columns).reshape(count, columns)
    return np.asarray(np.cumsum(bars, axis=0, out=bars))


def _filled(found: np.ndarray, above: np.ndarray, missing: float) -> np.ndarray:
    """``missing`` at ``above``, in place where the numbers can hold it."""
    if len(above):
        found = found.astype(np.result_type(found.dtype, np.asarray(missing).dtype), copy=False)
        found[above] = missing
    return found


@dataclass(frozen=True)
class EveryWindow(Window):
    """The window of every instrument-session, by rolling over the bars once."""

    history: History = field(kw_only=True)

    def _every(self, rolled: np.ndarray, missing: float = np.nan) -> np.ndarray:
        return self.history.last_of(rolled, self.skip, missing)

    def sum(self, series: np.ndarray) -> np.ndarray:
        return self._every(rolling_sum(series, self.length), 0.0)

    def count(self, series: np.ndarray) -> np.ndarray:
        return self._every(rolling_count(series, self.length), 0).astype(np.int64)

    def std(self, series: np.ndarray) -> np.ndarray:
        return self._every(rolling_std(series, self.length))

    def max(self, series: np.ndarray) -> np.ndarray:
        return self._every(rolling_max(series, self.length))

    def min(self, series: np.ndarray) -> np.ndarray:
        return self._every(rolling_min(series, self.length))

    def drawdown(self, series: np.ndarray) -> np.ndarray:
        return self._every(rolling_drawdown(series, self.length))

    def mean_of_lowest(self, series: np.ndarray, one_in: int) -> np.ndarray:
        most = -(-min(self.length, len(series)) // one_in)

        def of_columns(part: np.ndarray) -> np.ndarray:
            worst = -(-rolling_count(part, self.length) // one_in)
            return mean_of_first(rolling_lowest(part, self.length, most), worst)

        return self._every(by_columns(of_columns, series))

    def wilder_rsi(self, close: np.ndarray, period: int) -> np.ndarray:
        return self._every(rolling_rsi(close, self.length, period))
