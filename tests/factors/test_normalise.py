"""From signals to scores: FORMULAS.md sections 3 and 9, by hand and against SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import stats

from factors.calc.normalise import METHODS, normalise

approx = pytest.approx

TEN = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])


def test_zscore_by_hand():
    # mean 5.5, sum of squares 82.5, std = sqrt(82.5 / 9) = 3.02765
    score, percentile = normalise(TEN)
    assert score[0] == approx(-4.5 / np.sqrt(82.5 / 9))
    assert score[9] == approx(+4.5 / np.sqrt(82.5 / 9))
    assert list(percentile) == approx([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])


def test_zscore_agrees_with_scipy_where_nothing_is_clipped():
    signal = np.random.default_rng(1).uniform(-5, 5, 200)
    assert normalise(signal)[0] == approx(stats.zscore(signal, ddof=1), abs=1e-12)


def test_zscore_clips_at_three_standard_deviations_of_the_whole_cross_section():
    # 99 zeros and a 1: mean 0.01, std = sqrt((99 x 0.01^2 + 0.99^2) / 99) = 0.1; the 1 is 9.9 std away.
    signal = np.r_[np.zeros(99), 1.0]
    score, _ = normalise(signal)
    assert score[-1] == approx(3.0)
    assert score[0] == approx(-0.1)  # mean and std are those before the clipping, taken once


def test_robust_by_hand():
    # median 5.5; |deviations| 0.5 to 4.5 twice each, their median 2.5; spread 1.4826 x 2.5 = 3.7065
    score, _ = normalise(TEN, "robust")
    assert score == approx((TEN - 5.5) / 3.7065)
    outlier = np.r_[TEN[:9], 1000.0]
    assert normalise(outlier, "robust")[0][-1] == approx(3.0)


def test_robust_agrees_with_scipy():
    signal = np.random.default_rng(2).normal(0, 1, 101)
    spread = 1.4826 * stats.median_abs_deviation(signal)
    expected = np.clip((signal - np.median(signal)) / spread, -3, 3)
    assert normalise(signal, "robust")[0] == approx(expected, abs=1e-12)


def test_percentile_shares_the_average_rank_of_ties():
    signal = np.array([3.0, 1.0, 1.0, 2.0, 5.0, 5.0, 5.0, 7.0, 8.0, 9.0])
    # ranks: 3 -> 4; the ones (1 + 2)/2 = 1.5; 2 -> 3; the fives (5 + 6 + 7)/3 = 6
    score, percentile = normalise(signal, "percentile")
    assert list(percentile) == approx([40, 15, 15, 30, 60, 60, 60, 80, 90, 100])
    assert list(score) == list(percentile)
    assert list(percentile) == approx(100 * stats.rankdata(signal, method="average") / 10)


def test_minmax_by_hand():
    assert list(normalise(TEN * 4 + 7, "minmax")[0]) == approx([100 * i / 9 for i in range(10)])


@pytest.mark.parametrize(
    ("method", "level"), [("zscore", 0.0), ("robust", 0.0), ("minmax", 50.0), ("percentile", 55.0)]
)
@pytest.mark.parametrize("constant", [0.0, 0.1, -3.7e12])
def test_all_equal(method, level, constant):
    score, percentile = normalise(np.full(10, constant), method)
    assert list(score) == [level] * 10  # percentile: 100 x average rank 5.5 / 10
    assert list(percentile) == approx([55.0] * 10)


def test_differences_below_the_precision_of_the_data_count_as_equal():
    nearly = 1.0 + np.arange(10) * 1e-16
    assert list(normalise(nearly)[0]) == [0.0] * 10
    large = 1e9 + np.arange(10) * 1e-5  # std 3e-5 <= 1e-12 x 1e9
    assert list(normalise(large)[0]) == [0.0] * 10
    assert list(normalise(large, "minmax")[0]) == [50.0] * 10


@pytest.mark.parametrize("method", METHODS)
def test_fewer_than_ten_finite_signals_are_no_cross_section(method):
    nine = np.r_[TEN[:9], np.nan, np.inf, -np.inf]
    score, percentile = normalise(nine, method)
    assert np.isnan(score).all()
    assert np.isnan(percentile).all()
    ten = np.r_[TEN, np.nan, np.inf]
    score, percentile = normalise(ten, method)
    assert np.isfinite(score).sum() == np.isfinite(percentile).sum() == 10
    assert np.isnan(score[10:]).all()


def test_an_unknown_method_is_refused():
    with pytest.raises(KeyError):
        normalise(TEN, "best")


SIGNALS = npst.arrays(
    float, st.integers(0, 60), elements=st.floats(-1e12, 1e12) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0])
)


@given(SIGNALS, st.sampled_from(sorted(METHODS)))
def test_scores_stay_in_their_bounds_and_keep_the_order(signal, method):
    score, percentile = normalise(signal, method)
    valid = np.isfinite(signal)
    if valid.sum() < 10:
        assert np.isnan(score).all()
        assert np.isnan(percentile).all()
        return
    assert (np.isfinite(score) == valid).all()
    assert (np.isfinite(percentile) == valid).all()
    low, high = (-3.0, 3.0) if method in ("zscore", "robust") else (0.0, 100.0)
    assert (score[valid] >= low).all()
    assert (score[valid] <= high).all()
    assert (percentile[valid] > 0).all()
    assert (percentile[valid] <= 100).all()
    order = np.argsort(signal[valid], kind="stable")
    assert (np.diff(score[valid][order]) >= -1e-9).all()
    assert (np.diff(percentile[valid][order]) >= 0).all()


@given(SIGNALS, st.randoms(use_true_random=False))
def test_percentiles_do_not_depend_on_the_order_of_instruments(signal, random):
    order = list(range(len(signal)))
    random.shuffle(order)
    assert np.array_equal(normalise(signal)[1][order], normalise(signal[order])[1], equal_nan=True)
