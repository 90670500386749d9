"""Statistics over moving windows of each column: float [B, N] in, float [B, N] out, row b from rows b-n+1 to b.

How: the rows are cut into blocks of n. Every window is the end of one block and the beginning of the next, so running
a statistic from each block's start and from each block's end gives every window by one merge (van Herk and Gil-Werman
for maxima; Chan, Golub and LeVeque for moments). The cost does not depend on n, nothing is ever subtracted again, and
what lies outside a window cannot touch its result, not even by rounding.

NaN is skipped; rows above the first take no part, so the first windows are shorter.
"""

from collections.abc import Callable

import numpy as np

Blocks = np.ndarray  # float [K, n, N]: K blocks of n rows


def rolling_sum(values: np.ndarray, window: int) -> np.ndarray:
    """Sum of the valid numbers; 0 where there is none."""
    return _merged(np.add, np.where(np.isnan(values), 0.0, values), window, 0.0)


def rolling_count(values: np.ndarray, window: int) -> np.ndarray:
    """How many numbers are valid. int [B, N]."""
    return count_true(~np.isnan(values), window)


def count_true(mask: np.ndarray, window: int) -> np.ndarray:
    """How many rows of bool [B, N] are true. int32 [B, N]."""
    running = np.cumsum(mask, axis=0, dtype=np.int32)
    running[window:] -= running[:-window].copy()
    return running


def rolling_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Mean of the valid numbers; NaN where there is none."""
    count = rolling_count(values, window)
    return np.where(count > 0, rolling_sum(values, window) / np.maximum(count, 1), np.nan)


def rolling_max(values: np.ndarray, window: int) -> np.ndarray:
    """The largest valid number; NaN where there is none."""
    return _merged(np.fmax, values, window, np.nan)


def rolling_min(values: np.ndarray, window: int) -> np.ndarray:
    """The smallest valid number; NaN where there is none."""
    return _merged(np.fmin, values, window, np.nan)


def rolling_std(values: np.ndarray, window: int) -> np.ndarray:
    """Standard deviation (ddof 1) of the valid numbers; NaN for fewer than two."""
    moments = rolling_moments(values, None, window)
    return np.where(moments.count > 1, np.sqrt(moments.xx / np.maximum(moments.count - 1, 1)), np.nan)


def rolling_drawdown(values: np.ndarray, window: int) -> np.ndarray:
    """The deepest fall from a running maximum inside the window, as a positive fraction; NaN without a number."""
    blocks = _blocks(values, window, np.nan)
    top, bottom, deepest = (np.empty_like(blocks) for _ in range(3))
    # From each block's start: the fall from the highest so far.
    np.fmax.accumulate(blocks, axis=1, out=top)
    np.fmin.accumulate(blocks, axis=1, out=bottom)
    np.fmin.accumulate(blocks / top - 1.0, axis=1, out=deepest)
    low, fall = _rows(bottom, len(values)).copy(), _rows(deepest, len(values)).copy()
    # From each block's end: the fall to the lowest still to come.
    backwards = blocks[:, ::-1]
    lowest = np.fmin.accumulate(backwards, axis=1)
    high = _earlier(np.fmax.accumulate(backwards, axis=1)[:, ::-1], len(values), np.nan)
    fall_before = _earlier(np.fmin.accumulate(lowest / backwards - 1.0, axis=1)[:, ::-1], len(values), np.nan)
    across = low / high - 1.0
    return -np.fmin(np.fmin(fall, fall_before), np.fmin(across, np.where(np.isnan(fall), np.nan, 0.0))) + 0.0


def rolling_lowest(values: np.ndarray, window: int, keep: int) -> np.ndarray:
    """The ``keep`` smallest valid numbers of each window, ascending; NaN where there are fewer. float [keep, B, N]."""
    found = np.empty((keep, *values.shape))
    blocks = _blocks(np.where(np.isnan(values), np.inf, values), window, np.inf)
    forward = _sorted_runs(blocks, keep)
    backward = _sorted_runs(blocks[:, ::-1], keep)[:, :, ::-1]
    for i in range(keep):
        # Of two ascending lists, the smaller of a[i] and b[keep-1-i] over all i are the ``keep`` smallest of both.
        earlier = _earlier(backward[keep - 1 - i], len(values), np.inf)
        np.minimum(_rows(forward[i], len(values)), earlier, out=found[i])
    found.sort(axis=0)
    found[np.isinf(found)] = np.nan
    return found


def _sorted_runs(blocks: Blocks, keep: int) -> np.ndarray:
    """Going down each block: the ``keep`` smallest so far, ascending. float [keep, K, n, N]."""
    runs = np.full((keep, *blocks.shape), np.inf)
    smallest = np.full((keep, blocks.shape[0], blocks.shape[2]), np.inf)
    spare = np.empty_like(smallest[0])
    for row in range(blocks.shape[1]):
        new = blocks[:, row].copy()
        for place in range(min(keep, row + 1)):
            np.maximum(smallest[place], new, out=spare)
            np.minimum(smallest[place], new, out=smallest[place])
            new, spare = spare, new
        runs[:, :, row] = smallest
    return runs


class Moments:
    """Count, means and centred sums of products of x (and y) over windows; float [B, N] each."""

    __slots__ = ("count", "x", "xx", "xy", "y", "yy")

    def __init__(self, shape: tuple[int, ...], paired: bool) -> None:
        self.count, self.x, self.xx = (np.zeros(shape) for _ in range(3))
        self.y, self.yy, self.xy = (np.zeros(shape if paired else (0,)) for _ in range(3))


def rolling_moments(x: np.ndarray, y: np.ndarray | None, window: int) -> Moments:
    """Moments of x, and of the pairs of x and y, where (all of) them are valid.

    ``xx`` is the sum of squared deviations from the window's own mean: no cancellation however far from zero the
    numbers are.
    """
    valid = ~np.isnan(x) if y is None else ~(np.isnan(x) | np.isnan(y))
    parts = [np.where(valid, part, 0.0) for part in ((x,) if y is None else (x, y))]
    blocks = [_blocks(part, window, 0.0) for part in (valid.astype(np.float64), *parts)]
    forward = _running_moments(blocks)
    backward = _running_moments([block[:, ::-1] for block in blocks])
    rows = len(x)
    first, second = Moments((0,), False), Moments((0,), False)
    for name in _names(paired=y is not None):
        setattr(first, name, _earlier(getattr(backward, name)[:, ::-1], rows, 0.0))
        setattr(second, name, _rows(getattr(forward, name), rows))
    return _added(first, second, paired=y is not None)


def _names(paired: bool) -> tuple[str, ...]:
    return ("count", "x", "xx", "y", "yy", "xy") if paired else ("count", "x", "xx")


def _running_moments(blocks: list[Blocks]) -> Moments:
    """Moments of each block from its first row on (Welford)."""
    shape, paired = blocks[0].shape, len(blocks) > 2
    running = Moments(shape, paired)
    state = Moments((shape[0], shape[2]), paired)
    for row in range(shape[1]):
        is_valid, x = blocks[0][:, row], blocks[1][:, row]
        state.count = state.count + is_valid
        share = is_valid / np.maximum(state.count, 1.0)
        off_x = x - state.x
        state.x = state.x + off_x * share
        rest_x = (x - state.x) * is_valid
        state.xx = state.xx + off_x * rest_x
        if paired:
            y = blocks[2][:, row]
            off_y = y - state.y
            state.y = state.y + off_y * share
            state.yy = state.yy + off_y * (y - state.y) * is_valid
            state.xy = state.xy + off_y * rest_x
        for name in _names(paired):
            getattr(running, name)[:, row] = getattr(state, name)
    return running


def _added(first: Moments, second: Moments, paired: bool) -> Moments:
    """Moments of two sets of rows together (Chan, Golub and LeVeque)."""
    total = Moments((0,), False)
    total.count = first.count + second.count
    share = second.count / np.maximum(total.count, 1.0)
    off_x = second.x - first.x
    total.x = first.x + off_x * share
    both = first.count * share
    total.xx = first.xx + second.xx + off_x * off_x * both
    if paired:
        off_y = second.y - first.y
        total.y = first.y + off_y * share
        total.yy = first.yy + second.yy + off_y * off_y * both
        total.xy = first.xy + second.xy + off_x * off_y * both
    return total


def _merged(combine: np.ufunc, values: np.ndarray, window: int, neutral: float) -> np.ndarray:
    """An associative ufunc over every window; ``neutral`` changes nothing in it."""
    blocks = _blocks(values, window, neutral)
    forward = combine.accumulate(blocks, axis=1)
    backward = combine.accumulate(blocks[:, ::-1], axis=1)[:, ::-1]
    result: np.ndarray = combine(_rows(forward, len(values)), _earlier(backward, len(values), neutral))
    return result


def _blocks(values: np.ndarray, window: int, neutral: float) -> Blocks:
    """The rows in blocks of ``window``, the first one filled up on top."""
    if window < 1:
        raise ValueError(f"window must be at least 1, not {window}")
    window = min(window, max(len(values), 1))  # a longer one sees the same rows
    missing = -len(values) % window
    filled = np.concatenate([np.full((missing, values.shape[1]), neutral), values]) if missing else values
    return filled.reshape(len(filled) // window, window, values.shape[1])


def _rows(blocks: Blocks, rows: int) -> np.ndarray:
    """The last ``rows`` rows of blocks, the filling left out."""
    flat = blocks.reshape(blocks.shape[0] * blocks.shape[1], blocks.shape[2])
    return flat[len(flat) - rows :]


def _earlier(backward: Blocks, rows: int, neutral: float) -> np.ndarray:
    """For every row b what ran backwards from its block's end to row b-n+1, the part of the window in the block before;
    ``neutral`` where the window is a block, or begins above the first row."""
    window = backward.shape[1]
    flat = backward.reshape(backward.shape[0] * window, backward.shape[2]).copy()
    flat[::window] = neutral
    out = np.full((rows, flat.shape[1]), neutral)
    count = min(rows, len(flat) - window + 1)
    out[rows - count :] = flat[len(flat) - window + 1 - count : len(flat) - window + 1]
    return out


def by_columns(kernel: Callable[[np.ndarray], np.ndarray], values: np.ndarray, width: int = 256) -> np.ndarray:
    """``kernel`` over ``width`` columns at a time, joined along the last axis: what keeps much per cell stays small."""
    parts = [kernel(values[:, i : i + width]) for i in range(0, values.shape[1], width)]
    return np.concatenate(parts, axis=-1) if parts else kernel(values)
