"""Each instrument's own last bars, against a loop; by hand where a date matters."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from market.calc.stacking import OlderBars, adjustment_to_last, compact_columns, stack_bars

NAN = np.nan


def older_bars(history: list[list[tuple[int, float]]]) -> OlderBars:
    """Bars before the grid by column, newest first: (day, close)."""
    rows = [(column, rank, day, close) for column, bars in enumerate(history) for rank, (day, close) in enumerate(bars)]
    column, rank, day, close = (list(part) for part in zip(*rows, strict=True)) if rows else ([], [], [], [])
    return OlderBars(
        np.array(column, dtype=int), np.array(rank, dtype=int), np.array(day, dtype=np.int32),
        {"close": np.array(close, dtype=float)},
    )  # fmt: skip


def stacked(
    close: np.ndarray, days: np.ndarray, last: int, lookback: int, older: OlderBars
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    stack = stack_bars(np.isfinite(close), days, last, lookback, older)
    return stack.take(close, older.fields["close"]), stack.days, stack.n_bars


def by_loop(
    close: np.ndarray, days: np.ndarray, last: int, lookback: int, history: list
) -> tuple[np.ndarray, np.ndarray]:
    """The last ``lookback`` bars of every column, one after the other."""
    values, dates = np.full((lookback, close.shape[1]), NAN), np.zeros((lookback, close.shape[1]), dtype=int)
    for column in range(close.shape[1]):
        bars = [(day, price) for day, price in reversed(history[column])]
        bars += [(int(days[row]), close[row, column]) for row in range(last) if np.isfinite(close[row, column])]
        for back, (day, price) in enumerate(reversed(bars[-lookback:])):
            values[-1 - back, column], dates[-1 - back, column] = price, day
    return values, dates


def test_a_suspended_column_reaches_further_back_than_its_neighbour():
    close = np.array([[1.0, 10.0], [2.0, NAN], [3.0, NAN], [4.0, 40.0]])
    days = np.array([100, 101, 102, 103], dtype=np.int32)
    found, dates, count = stacked(close, days, 4, 3, older_bars([[], [(90, 9.0), (80, 8.0)]]))
    assert found[:, 0].tolist() == [2.0, 3.0, 4.0]
    assert found[:, 1].tolist() == [9.0, 10.0, 40.0]  # the third bar back lies before the grid
    assert dates[:, 1].tolist() == [90, 100, 103]
    assert count.tolist() == [3, 3]


def test_rows_after_the_as_of_date_do_not_exist():
    close = np.arange(12.0).reshape(6, 2) + 1
    days = np.arange(100, 106, dtype=np.int32)
    found, dates, _ = stacked(close, days, 4, 3, older_bars([[], []]))
    assert found[-1].tolist() == [7.0, 8.0]
    assert dates.max() == 103


@st.composite
def grids(draw: st.DrawFn) -> tuple:
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    present = draw(npst.arrays(bool, (rows, columns)))
    if draw(st.booleans()):
        present[:] = True
    close = np.where(present, np.arange(1.0, rows * columns + 1).reshape(rows, columns), NAN)
    days = 100 + np.cumsum(draw(npst.arrays(np.int32, rows, elements=st.integers(1, 4)))).astype(np.int32)
    history = [
        [(90 - k, 1000.0 * (column + 1) + k) for k in range(draw(st.integers(0, 8)))] for column in range(columns)
    ]
    return close, days, draw(st.integers(1, rows)), draw(st.integers(1, 14)), history


@settings(max_examples=300, deadline=None)
@given(grids())
def test_stacking_equals_a_loop(grid):
    close, days, last, lookback, history = grid
    found, dates, count = stacked(close, days, last, lookback, older_bars(history))
    expected, expected_days = by_loop(close, days, last, lookback, history)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(dates, expected_days)
    np.testing.assert_array_equal(count, np.isfinite(expected).sum(axis=0))


@settings(max_examples=100, deadline=None)
@given(npst.arrays(bool, npst.array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_compacting_equals_a_loop(valid):
    values = np.arange(1.0, valid.size + 1).reshape(valid.shape)
    (found,) = compact_columns(valid, [values])
    for column in range(valid.shape[1]):
        kept = values[valid[:, column], column]
        expected = np.r_[np.full(len(valid) - len(kept), NAN), kept]
        np.testing.assert_array_equal(found[:, column], expected)


def test_adjustment_is_relative_to_the_last_bar():
    # A 2:1 split between the second and third bar, then a 5:1 between third and fourth.
    factor = np.array([[0.1, 1.0], [0.1, 1.0], [0.2, NAN], [1.0, 1.0]])
    assert adjustment_to_last(factor)[:, 0].tolist() == [0.1, 0.1, 0.2, 1.0]


def test_a_price_that_only_split_does_not_move():
    # 3:1 and 7:1 splits of a constant company: 21 -> 7 -> 1, exactly.
    factor = np.array([[1 / 21], [1 / 7], [1.0]])
    adjusted = np.array([[21.0], [7.0], [1.0]]) * adjustment_to_last(factor)
    assert adjusted[:, 0].tolist() == [1.0, 1.0, 1.0]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([2.0, 3.0, 5.0, 7.0, 50.0, 1.5, 0.1, 1.05, 1.0371]), min_size=1, max_size=5),
    st.sampled_from([2.0, 3.0, 7.0, 10.0, 1.01, 0.05, 1.0373]),
)
def test_a_later_split_changes_not_even_the_last_bit(ratios, later):
    now = np.cumprod(np.r_[1.0, 1 / np.array(ratios)])[::-1].reshape(-1, 1)
    np.testing.assert_array_equal(adjustment_to_last(now / later), adjustment_to_last(now))
    np.testing.assert_array_equal(adjustment_to_last(now * (1 / later)), adjustment_to_last(now))


def test_adjustment_leaves_columns_without_bars_empty():
    factor = np.array([[NAN, NAN, NAN], [NAN, 0.5, 1.0], [NAN, 1.0, 1.0]])
    np.testing.assert_array_equal(adjustment_to_last(factor), [[NAN, NAN, NAN], [NAN, 0.5, 1.0], [NAN, 1.0, 1.0]])
