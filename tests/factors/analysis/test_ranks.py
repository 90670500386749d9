"""Ranks and correlations by row, against scipy row by row."""

import numpy as np
import pytest
from scipy import stats

from factors.calc.analysis import ranks as calc
from factors.calc.analysis.ranks import blocks, correlate_ranks, correlate_rows, rank_rows


def sparse(shape: tuple[int, int], seed: int, tied: bool = False) -> np.ndarray:
    """Numbers with gaps; ``tied``: of a few values only."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, shape).astype(float) if tied else rng.normal(size=shape)
    values[rng.random(shape) < 0.2] = np.nan
    return values


@pytest.mark.parametrize("tied", [False, True])
def test_ranks_are_those_of_scipy(tied):
    values = sparse((30, 41), 1, tied)
    ranked = rank_rows(values)
    for row, found, count in zip(values, ranked.ranks, ranked.count, strict=True):
        known = np.isfinite(row)
        assert count == known.sum()
        np.testing.assert_array_equal(found[known], stats.rankdata(row[known]))
        assert not found[~known].any()


def test_ties_share_their_average_rank():
    values = np.array([[3.0, 1.0, 3.0, np.nan, 2.0, 3.0], [5.0, 5.0, np.nan, np.nan, np.nan, 5.0]])
    assert rank_rows(values).ranks.tolist() == [[4, 1, 4, 0, 2, 4], [2, 2, 0, 0, 0, 2]]


def test_zero_and_minus_zero_are_the_same():
    assert rank_rows(np.array([[0.0, -0.0, 1.0]])).ranks.tolist() == [[1.5, 1.5, 3.0]]


def test_infinity_is_no_figure():
    assert rank_rows(np.array([[np.inf, 1.0, -np.inf, 0.0]])).ranks.tolist() == [[0, 2, 0, 1]]


@pytest.mark.parametrize("tied", [False, True])
def test_correlations_are_those_of_scipy(tied):
    left, right = sparse((40, 35), 2, tied), sparse((40, 35), 3, tied)
    both = np.isfinite(left) & np.isfinite(right)
    pearson = [stats.pearsonr(a[k], b[k])[0] for a, b, k in zip(left, right, both, strict=True)]
    np.testing.assert_allclose(correlate_rows(left, right), pearson, rtol=0, atol=1e-12)
    spearman = [stats.spearmanr(a[k], b[k])[0] for a, b, k in zip(left, right, both, strict=True)]
    found = correlate_ranks(rank_rows(left, both), rank_rows(right, both))
    np.testing.assert_allclose(found, spearman, rtol=0, atol=1e-12)


def test_what_has_no_correlation():
    nan = np.nan
    left = np.array([[1, 2, nan, nan], [1, 1, 1, 1], [1, 2, 3, 4], [nan, nan, nan, nan], [1e9, 1e9 + 1e-6, 1e9, 1e9]])
    right = np.array([[3, 4, 5, 6], [1, 2, 3, 4], [7, 7, 7, 7], [1, 2, 3, 4], [1.0, 2, 3, 4]])
    assert np.isnan(correlate_rows(left, right)).all()  # two pairs; either constant; nothing; noise on a constant


def test_a_block_at_a_time_is_the_same(monkeypatch):
    left, right = sparse((17, 30), 4), sparse((17, 30), 5)
    whole = correlate_rows(left, right)
    monkeypatch.setattr(calc, "CELLS", 60)
    assert len(blocks(17, 30)) == 9
    np.testing.assert_array_equal(correlate_rows(left, right), whole)


def test_nothing_at_all():
    assert rank_rows(np.zeros((0, 5))).ranks.shape == (0, 5)
    assert np.isnan(correlate_rows(np.zeros((3, 0)), np.zeros((3, 0)))).all()
