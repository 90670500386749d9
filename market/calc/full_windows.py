"""Statistics over full windows of each column: float [B, N] in, float [B, N] out, row b from rows b-n+1 to b.

Unlike ``market.calc.rolling``, which skips NaN, a window counts only when all its n numbers are there: a NaN inside it,
or a window that begins above the first row, gives NaN.

How: the rows are cut into blocks of n, so that a window is the end of one block and the beginning of the next, and
what runs from each block's start and back from each block's end is merged once. Numbers are taken relative to the first
row of the later block, which every such window contains; sums of squares of a window then lose at most a factor n of
precision, whatever their level (the shifted data algorithm of Chan, Golub and LeVeque), nothing is ever subtracted
again, and what lies outside a window cannot touch its result. The cost does not depend on n, but in ``window_rank`` and
``window_quantile``.
"""

from typing import NamedTuple

import numpy as np

EQUAL = 1e-12  # a deviation up to this part of the numbers' size is rounding: they are all equal


class Blocks(NamedTuple):
    """What a window is made of: ``later`` [n, K, N], K blocks of n rows, and ``earlier`` [n, K-1, N], the same but the
    last, relative to the block that follows.
    """

    later: np.ndarray
    earlier: np.ndarray

    def times(self, other: "Blocks") -> "Blocks":
        return Blocks(self.later * other.later, self.earlier * other.earlier)


def lag(values: np.ndarray, window: int) -> np.ndarray:
    """The number ``window`` rows before; NaN above."""
    out = np.full_like(values, np.nan)
    if window < len(values):
        out[window:] = values[: len(values) - window]
    return out


def window_sum(values: np.ndarray, window: int) -> np.ndarray:
    return _rows(_added(_plain(values, window)), len(values))


def window_mean(values: np.ndarray, window: int) -> np.ndarray:
    """The first of the later block plus the mean distance from it: equal numbers have exactly themselves as mean."""
    blocks, first = _shifted(values, window)
    return _rows(_added(blocks) / window + first, len(values))


def window_max(values: np.ndarray, window: int) -> np.ndarray:
    return _rows(_added(_plain(values, window), np.maximum), len(values))


def window_min(values: np.ndarray, window: int) -> np.ndarray:
    return _rows(_added(_plain(values, window), np.minimum), len(values))


def window_std(values: np.ndarray, window: int) -> np.ndarray:
    """Standard deviation (ddof 1); NaN for a window of one."""
    if window < 2:
        return np.full_like(values, np.nan)
    blocks, first = _shifted(values, window)
    squares, _ = _squares(blocks, first, window)
    return _rows(np.sqrt(squares / (window - 1)), len(values))


def window_cov(x: np.ndarray, y: np.ndarray, window: int) -> np.ndarray:
    """Covariance (ddof 1) of pairs; NaN for a window of one."""
    if window < 2:
        return np.full_like(x, np.nan)
    of_x, of_y = _shifted(x, window)[0], _shifted(y, window)[0]
    products = _added(of_x.times(of_y)) - _added(of_x) * _added(of_y) / window
    return _rows(products / (window - 1), len(x))


def window_corr(x: np.ndarray, y: np.ndarray, window: int) -> np.ndarray:
    """Pearson correlation of pairs, within -1 and 1; NaN where one of the two does not vary."""
    (of_x, first_x), (of_y, first_y) = _shifted(x, window), _shifted(y, window)
    xx, sum_x = _squares(of_x, first_x, window)
    yy, sum_y = _squares(of_y, first_y, window)
    xy = _added(of_x.times(of_y)) - sum_x * sum_y / window
    return _rows(_ratio(xy, np.sqrt(xx) * np.sqrt(yy)), len(x))


def window_slope(values: np.ndarray, window: int) -> np.ndarray:
    """Change per row of the least-squares line through the window; NaN for a window of one."""
    return _rows(_line(values, window)[0], len(values))


def window_rsquare(values: np.ndarray, window: int) -> np.ndarray:
    """Share of the variance that the least-squares line explains, 0 to 1; NaN where nothing varies."""
    slope, _, squares, _ = _line(values, window)
    correlation = _ratio(slope * np.sqrt(_time_squares(window)), np.sqrt(squares))
    return _rows(correlation * correlation, len(values))


def window_resi(values: np.ndarray, window: int) -> np.ndarray:
    """The last number less its place on the least-squares line through the window; NaN for a window of one."""
    slope, total, _, blocks = _line(values, window)
    fitted = total / window + slope * ((window - 1) / 2)
    return _rows(blocks.later - fitted, len(values))


def window_wma(values: np.ndarray, window: int) -> np.ndarray:
    """Mean with weights 1 for the oldest row to n for the newest."""
    blocks, first = _shifted(values, window)
    ages = _added(blocks.times(_times(blocks)))
    newest = np.arange(window, dtype=np.float64)[:, None, None]
    weighted = ages + _added(blocks) * (window - newest)  # the weight of row tau in a window that ends at row p
    return _rows(weighted / (window * (window + 1) / 2) + first, len(values))


def window_ema(values: np.ndarray, window: int, span: int) -> np.ndarray:
    """Mean with weights falling by 1 - 2/(span + 1) a row into the past, over ``window`` rows."""
    keep = 1.0 - 2.0 / (span + 1.0)
    blocks, first = _shifted(values, window)
    later, earlier = blocks
    for row in range(1, window):
        later[row] += keep * later[row - 1]
    power = keep ** np.arange(window, dtype=np.float64)
    earlier *= power[::-1, None, None]
    for row in range(window - 2, -1, -1):
        earlier[row] += earlier[row + 1]
    total = _merge(later, earlier[1:] * power[1:, None, None], np.add)
    return _rows(total / power.sum() + first, len(values))


def window_argmax(values: np.ndarray, window: int) -> np.ndarray:
    """How many rows ago the largest number was, the latest of equals; 0: it is the last."""
    later, earlier = _plain(values, window)
    later_row, earlier_row = np.zeros_like(later), np.full_like(earlier, window - 1.0)
    for row in range(1, window):
        is_new = later[row] >= later[row - 1]
        later_row[row] = np.where(is_new, row, later_row[row - 1])
        np.maximum(later[row], later[row - 1], out=later[row])
    for row in range(window - 2, -1, -1):
        is_new = earlier[row] > earlier[row + 1]
        earlier_row[row] = np.where(is_new, row, earlier_row[row + 1])
        np.maximum(earlier[row], earlier[row + 1], out=earlier[row])
    is_earlier = earlier[1:] > later[:-1, 1:]
    later_row[:-1, 1:] = np.where(is_earlier, earlier_row[1:] - window, later_row[:-1, 1:])
    largest = _merge(later, earlier[1:], np.maximum)
    ago = np.arange(window, dtype=np.float64)[:, None, None] - later_row
    return _rows(np.where(np.isnan(largest), np.nan, ago), len(values))


def window_rank(values: np.ndarray, window: int) -> np.ndarray:
    """100 x average rank / n of the last number in its window, in (0, 100]. The cost grows with n."""
    below = np.zeros_like(values)
    for back in range(1, window):
        earlier = lag(values, back)
        below += (earlier < values) + 0.5 * (earlier == values)
    return np.where(np.isnan(window_sum(values, window)), np.nan, 100.0 * (below + 1.0) / window)


def window_quantile(values: np.ndarray, window: int, q: float) -> np.ndarray:
    """The ``q`` quantile (0 to 1) of the window, linear between neighbours. The cost grows with n."""
    out = np.full_like(values, np.nan)
    place = q * (window - 1)
    below = int(place)
    above = min(below + 1, window - 1)
    step = max(1, 2_000_000 // max(1, window * values.shape[1]))
    for start in range(window - 1, len(values), step):
        rows = values[start - window + 1 : start + step]
        windows = np.lib.stride_tricks.sliding_window_view(rows, window, axis=0)
        ordered = np.partition(windows, [below, above], axis=-1)
        low = ordered[..., below]
        out[start : start + step] = low + (ordered[..., above] - low) * (place - below)
    return np.where(np.isnan(window_sum(values, window)), np.nan, out)


def _plain(values: np.ndarray, window: int) -> Blocks:
    """Blocks of the numbers as they are."""
    if window < 1:
        raise ValueError(f"window must be at least 1, not {window}")
    missing = -len(values) % window
    width = values.shape[1]
    filled = np.concatenate([np.full((missing, width), np.nan), values]) if missing else values
    later = np.ascontiguousarray(filled.reshape(-1, window, width).transpose(1, 0, 2), dtype=np.float64)
    later = later.copy() if np.may_share_memory(later, values) else later
    return Blocks(later, later[:, :-1].copy())


def _shifted(values: np.ndarray, window: int) -> tuple[Blocks, np.ndarray]:
    """Blocks relative to the first row of the later block; and those first rows [K, N]."""
    later, earlier = _plain(values, window)
    first = later[0].copy()
    later -= first
    earlier -= first[1:]
    return Blocks(later, earlier), first


def _added(blocks: Blocks, combine: np.ufunc = np.add) -> np.ndarray:
    """``combine`` over every window, [n, K, N] by its last row; NaN in the first block but for its whole."""
    later, earlier = blocks.later.copy(), blocks.earlier.copy()
    for row in range(1, len(later)):
        combine(later[row], later[row - 1], out=later[row])
    for row in range(len(earlier) - 2, 0, -1):
        combine(earlier[row], earlier[row + 1], out=earlier[row])
    return _merge(later, earlier[1:], combine)


def _merge(later: np.ndarray, before: np.ndarray, combine: np.ufunc) -> np.ndarray:
    """What ran from the starts of blocks with what ran back to the window's first row in the block before, in place."""
    combine(later[:-1, 1:], before, out=later[:-1, 1:])
    later[:-1, :1] = np.nan
    return later


def _rows(blocks: np.ndarray, rows: int) -> np.ndarray:
    """From [n, K, N] back to rows, the filling on top left out."""
    flat = blocks.transpose(1, 0, 2).reshape(-1, blocks.shape[2])
    return flat[len(flat) - rows :]


def _squares(blocks: Blocks, first: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """(sum of squared deviations from the window's own mean, 0 where that is rounding; sum relative to the first)."""
    total = _added(blocks)
    squares = _added(blocks.times(blocks)) - total * total / window
    rounding = EQUAL * np.abs(first + total / window)
    return np.where(squares <= window * rounding * rounding, np.where(np.isnan(squares), np.nan, 0.0), squares), total


def _times(blocks: Blocks) -> Blocks:
    """The row numbers: 0 to n-1 in the later block, -n to -1 in the one before."""
    rows = np.arange(len(blocks.later), dtype=np.float64)[:, None, None]
    return Blocks(rows, rows - len(rows))


def _time_squares(window: int) -> float:
    return window * (window * window - 1) / 12


def _line(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Blocks]:
    """Least squares on the row number, relative to the first: slope, sum, squares about the mean, and the blocks."""
    blocks, first = _shifted(values, window)
    squares, total = _squares(blocks, first, window)
    middle = np.arange(window, dtype=np.float64)[:, None, None] - (window - 1) / 2
    along = _added(blocks.times(_times(blocks))) - total * middle
    slope = along / _time_squares(window) if window > 1 else np.full_like(along, np.nan)
    return slope, total, squares, blocks


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """A correlation: NaN over zero, within -1 and 1."""
    with np.errstate(all="ignore"):
        return np.clip(np.where(denominator > 0, numerator / denominator, np.nan), -1.0, 1.0)
