"""From a calendar of sessions to each instrument's own bars.

Windows count the bars an instrument has, not the days of a calendar. So the panel is stacked: row -1 of
every column is that instrument's last bar, row -2 the one before, whatever the dates. Columns without
holes are plain slices; only the others are gathered.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class OlderBars:
    """Bars from before the first row of a grid, for columns whose window does not reach back far enough.

    ``column`` int [K]; ``rank`` int [K], 0 = newest of that column; ``day`` int32 [K] days since 1970-01-01;
    ``fields`` float [K] by name.
    """

    column: np.ndarray
    rank: np.ndarray
    day: np.ndarray
    fields: dict[str, np.ndarray]


@dataclass(frozen=True)
class Stack:
    """Where each stacked cell comes from: ``days`` int32 [L, N] (0 where there is no bar), ``n_bars`` int [N].

    ``moved`` are the columns that had to be gathered: grid cells ``source_rows, source_columns`` go to
    ``target_rows`` of the same columns, older bars ``older_index`` to ``older_rows, older_columns``.
    """

    first: int
    last: int
    lookback: int
    moved: np.ndarray
    source: tuple[np.ndarray, np.ndarray]
    target_rows: np.ndarray
    older_index: np.ndarray
    older_target: tuple[np.ndarray, np.ndarray]
    days: np.ndarray
    n_bars: np.ndarray

    def take(self, grid: np.ndarray, older: np.ndarray) -> np.ndarray:
        """The stacked [L, N] array of a grid field [T, N] and its older bars [K]; NaN where there is no bar."""
        window = grid[self.first : self.last]
        if len(window) == self.lookback and not len(self.moved):
            return window
        out = np.empty((self.lookback, grid.shape[1]))
        out[: self.lookback - len(window)] = np.nan
        out[self.lookback - len(window) :] = window
        out[:, self.moved] = np.nan
        out[self.target_rows, self.source[1]] = grid[self.source]
        out[self.older_target] = older[self.older_index]
        return out


def stack_bars(present: np.ndarray, days: np.ndarray, last: int, lookback: int, older: OlderBars) -> Stack:
    """Plan the stacking of the rows before ``last`` of a grid.

    present: bool [T, N], a bar exists; days: int32 [T]; last: number of leading rows that are not after the
    as-of date; lookback: L, rows of the result. Deterministic; the order of columns is kept.
    """
    first = max(0, last - lookback)
    window = present[first:last]
    counts = present[:last].sum(axis=0)
    older_counts = np.bincount(older.column, minlength=present.shape[1])
    moved = np.flatnonzero(_has_holes(window, counts + older_counts, lookback))

    rows, columns = np.nonzero(present[:last, moved])
    below = (np.cumsum(present[:last, moved][::-1], axis=0)[::-1])[rows, columns]
    keep = below <= lookback
    rows, columns, below = rows[keep], moved[columns[keep]], below[keep]

    is_moved = np.zeros(present.shape[1], dtype=bool)
    is_moved[moved] = True
    older_rows = lookback - 1 - counts[older.column] - older.rank
    older_index = np.flatnonzero((older_rows >= 0) & is_moved[older.column])

    stacked_days = np.zeros((lookback, present.shape[1]), dtype=np.int32)
    stacked_days[lookback - len(window) :] = np.where(window, days[first:last, None], 0)
    stacked_days[:, moved] = 0
    stacked_days[lookback - below, columns] = days[rows]
    older_target = (older_rows[older_index], older.column[older_index])
    stacked_days[older_target] = older.day[older_index]
    return Stack(
        first=first, last=last, lookback=lookback, moved=moved, source=(rows, columns), target_rows=lookback - below,
        older_index=older_index, older_target=older_target, days=stacked_days, n_bars=(stacked_days != 0).sum(axis=0),
    )  # fmt: skip


def _has_holes(window: np.ndarray, available: np.ndarray, lookback: int) -> np.ndarray:
    """Columns whose last ``lookback`` bars are not simply the window's last rows."""
    in_window = window.sum(axis=0)
    if not len(window):
        return available > 0
    leading = np.where(window.any(axis=0), window.argmax(axis=0), len(window))
    hole_inside = in_window != len(window) - leading
    more_outside = (in_window < lookback) & (available > in_window)
    return hole_inside | more_outside


def compact_columns(valid: np.ndarray, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Push the valid cells of every column to the bottom, in order; NaN above.

    valid: bool [L, N]; arrays: float [L, N] each. Columns that are already compact are only copied.
    """
    lookback = len(valid)
    moved = np.flatnonzero(_has_holes(valid, valid.sum(axis=0), lookback))
    rows, columns = np.nonzero(valid[:, moved])
    below = np.cumsum(valid[:, moved][::-1], axis=0)[::-1][rows, columns]
    result = []
    for array in arrays:
        out = np.where(valid, array, np.nan)
        out[:, moved] = np.nan
        out[lookback - below, moved[columns]] = array[rows, moved[columns]]
        result.append(out)
    return result


def adjustment_to_last(factor: np.ndarray) -> np.ndarray:
    """Adjustment factors [L, N] relative to the last row, from the ratios of neighbouring bars only.

    So a split after the last row changes nothing here, not even the last bit: ratios are rounded to 12 decimals,
    those below 1 by their inverse (3:1 is 1/3 exactly), before they are chained. Rows without a bar (NaN) get NaN.
    """
    out = np.where(np.isnan(factor), np.nan, 1.0)
    low, high = np.fmin.reduce(factor, axis=0), np.fmax.reduce(factor, axis=0)
    changing = np.flatnonzero(low != high)  # NaN != NaN: columns without a bar are harmless here
    if len(changing):
        ratios = factor[:-1, changing] / factor[1:, changing]
        inverse = np.round(1.0 / ratios, 12)
        ratios = np.where(ratios < 1.0, 1.0 / inverse, np.round(ratios, 12))
        chained = np.cumprod(ratios[::-1], axis=0)[::-1]
        out[:-1, changing] = chained
    return out
