"""Rolling statistics over full windows against pandas and against brute force, whatever stands outside the window."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from market.calc import full_windows as windows

ROWS = 260
WINDOWS = (2, 3, 5, 20, 59, 60, 259, 260)


def line(values: np.ndarray) -> tuple[float, float, float]:
    """Slope, last residual and R2 of the least-squares line."""
    time = np.arange(len(values))
    slope, start = np.polyfit(time, values, 1)
    rest = values - (start + slope * time)
    around = values - values.mean()
    return slope, rest[-1], 1 - (rest @ rest) / (around @ around) if np.ptp(values) > 0 else np.nan


def whole(of: Callable[[np.ndarray], float]) -> Callable[[np.ndarray], float]:
    return lambda values: np.nan if np.isnan(values).any() else of(values)


BY_HAND: dict[str, tuple[Callable, Callable[[np.ndarray], float]]] = {
    "sum": (windows.window_sum, np.sum),
    "mean": (windows.window_mean, np.mean),
    "max": (windows.window_max, np.max),
    "min": (windows.window_min, np.min),
    "std": (windows.window_std, lambda v: v.std(ddof=1)),
    "slope": (windows.window_slope, lambda v: line(v)[0]),
    "resi": (windows.window_resi, lambda v: line(v)[1]),
    "rsquare": (windows.window_rsquare, lambda v: line(v)[2]),
    "wma": (windows.window_wma, lambda v: np.average(v, weights=np.arange(1, len(v) + 1))),
    "ema": (lambda x, n: windows.window_ema(x, n, 7), lambda v: pd.Series(v).ewm(span=7).mean().iloc[-1]),
    "argmax": (windows.window_argmax, lambda v: float(np.argmax(v[::-1]))),
    "rank": (windows.window_rank, lambda v: 100 * pd.Series(v).rank(pct=True).iloc[-1]),
    "median": (lambda x, n: windows.window_quantile(x, n, 0.5), np.median),
    "quantile": (lambda x, n: windows.window_quantile(x, n, 0.3), lambda v: np.quantile(v, 0.3)),
}


@pytest.fixture(scope="module")
def walk() -> np.ndarray:
    """Prices; a late start, a hole, a stretch without change, ties."""
    rng = np.random.default_rng(0)
    prices = np.exp(np.cumsum(rng.normal(0, 0.02, (ROWS, 6)), axis=0))
    prices[:40, 1] = np.nan
    prices[100, 2] = np.nan
    prices[90:140, 3] = 7.0
    prices[:, 4] = np.round(prices[:, 4], 1)
    return prices


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("window", WINDOWS)
def test_every_window_is_what_its_numbers_say(walk, name, window):
    kernel, by_hand = BY_HAND[name]
    expected = pd.DataFrame(walk).rolling(window).apply(whole(by_hand), raw=True).to_numpy()
    np.testing.assert_allclose(kernel(walk, window), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("window", WINDOWS)
def test_pairs_against_pandas(walk, window):
    other = np.random.default_rng(1).normal(size=walk.shape)
    other[200, 5] = np.nan
    columns = range(walk.shape[1])
    rolling = [pd.Series(walk[:, i]).rolling(window) for i in columns]
    cov = np.column_stack([rolling[i].cov(pd.Series(other[:, i])) for i in columns])
    np.testing.assert_allclose(windows.window_cov(walk, other, window), cov, rtol=1e-9, atol=1e-9)
    found = windows.window_corr(walk, other, window)
    for row in range(window - 1, ROWS, 7):
        part, with_it = walk[row - window + 1 : row + 1], other[row - window + 1 : row + 1]
        for i in columns:
            varies = np.ptp(part[:, i]) > 0 and not np.isnan(part[:, i] + with_it[:, i]).any()
            expected = np.corrcoef(part[:, i], with_it[:, i])[0, 1] if varies else np.nan
            assert found[row, i] == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", BY_HAND)
def test_what_lies_outside_a_window_cannot_touch_it(name):
    """An outlier of 1e15 rounds away everything that is ever added to it; windows without it must not notice."""
    rng = np.random.default_rng(3)
    quiet = rng.normal(1e-3, 1e-4, (120, 1))
    loud = quiet.copy()
    loud[50] = 1e15
    kernel, _ = BY_HAND[name]
    here, there = kernel(quiet, 10), kernel(loud, 10)
    clear = np.r_[9:50, 60:120]
    np.testing.assert_array_equal(here[clear], there[clear])


def test_the_level_of_the_numbers_costs_little_precision():
    rng = np.random.default_rng(4)
    wiggle = rng.normal(size=(200, 3))
    np.testing.assert_allclose(windows.window_std(wiggle + 2.0**30, 20), windows.window_std(wiggle, 20), rtol=1e-6)
    level = wiggle + 2.0**20
    expected = pd.DataFrame(level - 2.0**20).rolling(20).std().to_numpy()
    np.testing.assert_allclose(windows.window_std(level, 20), expected, rtol=1e-8)


def test_numbers_that_are_equal_have_no_deviation():
    flat = np.full((50, 1), 0.1) + 0.2
    assert (windows.window_std(flat, 10)[9:] == 0).all()
    assert (windows.window_mean(flat, 10)[9:] == flat[9:]).all()
    assert np.isnan(windows.window_corr(flat, np.random.default_rng(1).normal(size=flat.shape), 10)).all()
    assert np.isnan(windows.window_rsquare(flat, 10)).all()
    assert (windows.window_resi(flat, 10)[9:] == 0).all()


@pytest.mark.parametrize("name", BY_HAND)
def test_a_window_longer_than_the_bars_is_never_full(walk, name):
    kernel, _ = BY_HAND[name]
    assert np.isnan(kernel(walk[:10], 11)).all()
    assert kernel(walk[:10], 11).shape == (10, 6)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "argmax", "rank", "median", "wma", "ema"])
def test_a_window_of_one_is_the_number_itself(walk, name):
    kernel, _ = BY_HAND[name]
    expected = {"argmax": 0 * walk, "rank": 0 * walk + 100.0}.get(name, walk)
    np.testing.assert_allclose(kernel(walk, 1), expected)


def test_a_window_of_one_has_no_spread(walk):
    for kernel in (windows.window_std, windows.window_slope, windows.window_resi):
        assert np.isnan(kernel(walk, 1)).all()
    assert np.isnan(windows.window_cov(walk, walk, 1)).all()


def test_the_input_is_left_alone(walk):
    before = walk.copy()
    for kernel, _ in BY_HAND.values():
        for window in (1, 20, ROWS):
            kernel(walk, window)
    np.testing.assert_array_equal(walk, before)


def test_a_window_must_have_a_length(walk):
    with pytest.raises(ValueError, match="window must be at least 1, not 0"):
        windows.window_sum(walk, 0)
