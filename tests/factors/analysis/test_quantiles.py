"""Quantiles are those of pandas.qcut, bit for bit; what they earned, by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factors.calc.analysis.quantiles import growth, monotonicity, quantile_returns, quantile_rows, quantile_sizes

NAN = np.nan


def qcut(row: np.ndarray, count: int) -> np.ndarray:
    """pandas' quantiles, 0 where a name or the whole row has none."""
    try:
        return np.nan_to_num(pd.qcut(pd.Series(row), count, labels=False).to_numpy(dtype=float) + 1).astype(int)
    except ValueError:  # bin edges must be unique
        return np.zeros(len(row), dtype=int)


@pytest.mark.parametrize("count", [2, 3, 5, 7, 10, 20])
@pytest.mark.parametrize("names", [2, 3, 9, 10, 11, 21, 101, 500, 501, 1001])
def test_the_same_names_as_qcut(names, count):
    """Whole numbers of names per quantile put scores exactly on edges, where a last bit decides."""
    rng = np.random.default_rng(names * count)
    score = rng.normal(size=(6, names))
    score[3:, rng.random(names) < 0.3] = NAN
    score[1] = np.arange(names)
    score[2] = np.linspace(-3, 3, names).astype(np.float32)
    found = quantile_rows(score, count)
    for row, ours in zip(score, found, strict=True):
        if np.isfinite(row).any():
            np.testing.assert_array_equal(ours, qcut(row, count))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 1.0, 2.0, 3.0, 7.5, NAN]), min_size=1, max_size=40), st.integers(2, 6))
def test_ties_as_qcut_has_them(row, count):
    """Equal scores are never parted; where they blur an edge, the session has no quantiles."""
    score = np.array(row)
    expected = qcut(score, count) if np.isfinite(score).any() else np.zeros(len(score), int)
    np.testing.assert_array_equal(quantile_rows(score[None, :], count)[0], expected)


def test_constant_scores_and_none_have_no_quantiles():
    assert not quantile_rows(np.array([[1.0] * 8, [NAN] * 8]), 5).any()
    assert quantile_rows(np.zeros((3, 0)), 5).shape == (3, 0)


def test_fewer_names_than_quantiles_leave_some_empty():
    found = quantile_rows(np.array([[1.0, 2.0, 3.0]]), 5)
    assert found.tolist() == [[1, 3, 5]]
    assert quantile_sizes(found, 5).tolist() == [[1, 0, 1, 0, 1]]


def test_what_quantiles_earned():
    quantile = np.array([[1, 1, 2, 0], [2, 1, 1, 2], [1, 2, 1, 2]], dtype=np.int8)
    returns = np.array([[0.01, 0.03, 0.05, 9.0], [NAN, 0.02, NAN, 0.04], [NAN, NAN, NAN, NAN]])
    np.testing.assert_allclose(quantile_returns(quantile, returns, 2), [[0.02, 0.05], [0.02, 0.04], [NAN, NAN]])


def test_growth_stands_still_where_nothing_is_known():
    np.testing.assert_allclose(growth(np.array([0.1, NAN, -0.5])), [1.1, 1.1, 0.55])


@pytest.mark.parametrize(
    ("means", "expected"),
    [([1, 2, 3, 4, 5], 1.0), ([5, 4, 3, 2, 1], -1.0), ([1, 2, 4, 3], 0.8), ([1, 2], None), ([2, 2, 2], None),
     ([1, NAN, 3, 7], 1.0)],
)  # fmt: skip
def test_monotonicity(means, expected):
    found = monotonicity(np.array(means, dtype=float))
    assert found == (None if expected is None else pytest.approx(expected))
