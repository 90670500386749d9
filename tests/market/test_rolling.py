"""Moving windows against pandas, and against plain NumPy over each window cut out by itself."""

import numpy as np
import pandas as pd
import pytest

from market.calc.rolling import (
    by_columns,
    count_true,
    rolling_count,
    rolling_drawdown,
    rolling_lowest,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_moments,
    rolling_std,
    rolling_sum,
)

WINDOWS = [1, 2, 5, 20, 61, 252, 999]
rng = np.random.default_rng(7)


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """300 rows of 6 columns: late starters, holes, an empty column, one wild outlier."""
    table = rng.normal(0.0, 0.02, (300, 6))
    table[:40, 1] = np.nan
    table[rng.random(300) < 0.2, 2] = np.nan
    table[:, 3] = np.nan
    table[100, 4] = 1e12
    return table


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    ("ours", "name", "least"),
    [(rolling_sum, "sum", 0), (rolling_mean, "mean", 1), (rolling_max, "max", 1), (rolling_min, "min", 1)],
)
def test_as_pandas_does(values, window, ours, name, least):
    calm = np.delete(values, 4, axis=1)  # pandas itself loses digits after an outlier
    expected = getattr(pd.DataFrame(calm).rolling(window, min_periods=least), name)()
    np.testing.assert_allclose(ours(calm, window), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("window", WINDOWS)
def test_counts(values, window):
    expected = pd.DataFrame(values).rolling(window, min_periods=0).count()
    np.testing.assert_array_equal(rolling_count(values, window), expected)
    np.testing.assert_array_equal(count_true(~np.isnan(values), window), expected)


def cut(values: np.ndarray, row: int, window: int) -> np.ndarray:
    return values[max(0, row - window + 1) : row + 1]


@pytest.mark.parametrize("window", WINDOWS)
def test_standard_deviation_is_that_of_each_window_alone(values, window):
    found = rolling_std(values, window)
    for row in range(len(values)):
        alone = pd.DataFrame(cut(values, row, window)).std(ddof=1)
        np.testing.assert_allclose(found[row], alone, rtol=1e-10)


def test_an_outlier_leaves_no_trace_once_it_is_out_of_the_window(values):
    without = values.copy()
    without[100, 4] = 0.0
    for kernel in (rolling_sum, rolling_mean, rolling_std, rolling_max, rolling_min):
        np.testing.assert_array_equal(kernel(values, 20)[120:, 4], kernel(without, 20)[120:, 4])


def test_numbers_without_spread_have_none():
    constant = np.full((50, 2), 0.1 + 0.2)
    assert (rolling_std(constant, 7)[1:] == 0.0).all()


@pytest.mark.parametrize("window", WINDOWS)
def test_drawdown_is_that_of_each_window_alone(values, window):
    prices = 100.0 * np.cumprod(1.0 + np.nan_to_num(np.clip(values, -0.1, 0.1)), axis=0)
    prices[:40, 1] = np.nan
    prices[:, 3] = np.nan
    found = rolling_drawdown(prices, window)
    for row in range(len(prices)):
        part = cut(prices, row, window)
        alone = -np.fmin.reduce(part / np.fmax.accumulate(part, axis=0) - 1.0, axis=0)
        np.testing.assert_array_equal(found[row], alone + 0.0)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("keep", [1, 13])
def test_the_lowest_are_those_of_each_window_alone(values, window, keep):
    found = by_columns(lambda part: rolling_lowest(part, window, keep), values, width=4)
    for row in range(len(values)):
        part = np.sort(cut(values, row, window), axis=0)[:keep]  # NaN sorts last
        alone = np.full((keep, values.shape[1]), np.nan)
        alone[: len(part)] = part
        np.testing.assert_array_equal(found[:, row], alone)


@pytest.mark.parametrize("window", [2, 20, 252])
def test_moments_of_pairs_are_those_of_each_window_alone(values, window):
    other = rng.normal(0.0, 0.01, values.shape)
    other[50:60] = np.nan
    found = rolling_moments(values, other, window)
    for row in range(0, len(values), 7):
        for column in (0, 1, 2):
            pair = np.column_stack([cut(values, row, window)[:, column], cut(other, row, window)[:, column]])
            pair = pair[~np.isnan(pair).any(axis=1)]
            assert found.count[row, column] == len(pair)
            if len(pair):
                centred = pair - pair.mean(axis=0)
                np.testing.assert_allclose(found.xy[row, column], centred[:, 0] @ centred[:, 1], atol=1e-15)
                np.testing.assert_allclose(found.yy[row, column], centred[:, 1] @ centred[:, 1], atol=1e-15)


def test_a_window_of_no_rows_is_refused():
    with pytest.raises(ValueError, match="window must be at least 1, not 0"):
        rolling_sum(np.zeros((3, 1)), 0)


def test_nothing_in_nothing_out():
    assert rolling_max(np.zeros((0, 3)), 5).shape == (0, 3)
    assert rolling_std(np.zeros((4, 0)), 5).shape == (4, 0)
