"""Correlation of funds through what they hold: by hand, against numpy.corrcoef and pandas."""

import numpy as np
import pandas as pd
import pytest

from etfs.calc.correlation import ExchangeCloses, correlations, fund_returns, joint_returns

approx = pytest.approx
NAN = float("nan")


def test_joint_returns_by_hand():
    """Two exchanges; the second is closed on day 3, and its only name has no bar on day 4."""
    one = ExchangeCloses(np.array([1, 2, 3, 4]), np.array([0, 2]), np.array([[10.0, 4], [11, 4], [11, NAN], [22, 5]]))
    other = ExchangeCloses(np.array([1, 2, 4, 5, 6]), np.array([1]), np.array([[100.0], [50], [NAN], [20], [25]]))
    found = joint_returns([one, other], 3, 10)
    expected = [[0.1, -0.5, 0.0], [0.0, NAN, NAN], [1.0, NAN, NAN], [NAN, NAN, NAN], [NAN, 0.25, NAN]]  # days 2 to 6
    assert found == approx(np.array(expected), nan_ok=True)
    for last in (1, 2, 4):
        assert np.array_equal(joint_returns([one, other], 3, last), found[-last:], equal_nan=True)


def test_joint_returns_of_nothing():
    empty = ExchangeCloses(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros((0, 0)))
    single = ExchangeCloses(np.array([3], np.int32), np.array([0]), np.array([[5.0]]))
    for parts in ([], [empty], [single], [empty, single]):
        assert joint_returns(parts, 2, 20).shape == (0, 2)


def test_fund_returns_by_hand():
    returns = np.array([[0.10, 0.02, NAN], [NAN, 0.04, 0.06], [NAN, NAN, NAN]])
    found = fund_returns(returns, np.array([[60.0, 20.0, 20.0], [-10.0, 0.0, 50.0], [NAN, -5.0, 0.0]]))
    # (60 x 10 % + 20 x 2 %) / 80 = 8 %; (20 x 4 % + 20 x 6 %) / 40 = 5 %; nothing
    assert found.returns[:2, 0] == approx([0.08, 0.05])
    assert np.isnan(found.returns[2, 0])
    # the short line weighs nothing: the third name alone
    assert found.returns[1, 1] == approx(0.06)
    assert np.isnan(found.returns[[0, 2], 1]).all()
    assert np.isnan(found.returns[:, 2]).all()
    # 80 %, 40 % and 0 % of the weight had a return; 0, 100, 0
    assert found.coverage[:2] == approx([40.0, 100 / 3])
    assert np.isnan(found.coverage[2])


def test_without_gaps_it_is_corrcoef():
    returns = np.random.default_rng(2).normal(0.001, 0.01, (250, 6))
    returns[:, 1] += returns[:, 0]
    found, common = correlations(returns)
    assert found == approx(np.corrcoef(returns.T), abs=1e-12)
    assert (common == 250).all()


def test_with_gaps_it_is_pandas_pair_by_pair():
    rng = np.random.default_rng(3)
    returns = rng.normal(0.05, 0.01, (60, 8)) + rng.normal(0, 0.01, (60, 1))
    returns[rng.random((60, 8)) < 0.45] = np.nan
    found, common = correlations(returns)
    expected = pd.DataFrame(returns).corr(min_periods=20).to_numpy()
    assert np.isnan(expected).any()
    assert found == approx(expected, abs=1e-10, nan_ok=True)
    there = np.isfinite(returns).astype(int)
    assert np.array_equal(common, there.T @ there)


def test_twenty_common_sessions_are_needed():
    returns = np.random.default_rng(4).normal(0, 0.01, (21, 2))
    assert np.isfinite(correlations(returns[:20])[0]).all()
    returns[:2, 1] = np.nan
    found = correlations(returns)[0]
    assert np.isnan(found[0, 1])
    assert found[0, 0] == 1.0
    assert np.isnan(found[1, 1])


def test_what_does_not_vary_has_no_correlation():
    returns = np.random.default_rng(5).normal(0, 0.01, (30, 3))
    returns[:, 1] = 0.01
    returns[5:, 2] = 0.0
    returns[:5, 0] = np.nan  # over the sessions 0 and 2 have in common, 2 does not vary
    found = correlations(returns)[0]
    assert np.isnan(found[1]).all()
    assert np.isnan(found[0, 2])
    assert found[2, 2] == 1.0


def test_funds_of_the_same_stocks_move_together():
    rng = np.random.default_rng(6)
    returns = rng.normal(0, 0.02, (120, 40))
    weight = np.zeros((3, 40))
    weight[0, :20], weight[1, :20], weight[2, 20:] = 5.0, 2.5, 5.0  # the second is the first, half in something else
    found = correlations(fund_returns(returns, weight).returns)[0]
    assert found[0, 1] == approx(1.0)
    assert abs(found[0, 2]) < 0.3
