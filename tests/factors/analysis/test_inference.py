"""Means and how sure they are: by hand, and against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from factors.calc.analysis.inference import lags_for, mean_of, newey_west_error


def test_a_mean_by_hand():
    """1 2 3 4: mean 2.5, std sqrt(5/3), t = 2.5 / (std / 2), ICIR = 2.5 / std x sqrt(252 / 5)."""
    found = mean_of(np.array([1.0, np.nan, 2.0, 3.0, 4.0]), 5)
    std = np.sqrt(5 / 3)
    assert (found.count, found.mean, found.positive) == (4, 2.5, 1.0)
    assert found.std == pytest.approx(std)
    assert found.standard_error == pytest.approx(std / 2)
    assert found.t == pytest.approx(2.5 / (std / 2))
    assert found.information_ratio == pytest.approx(2.5 / std * np.sqrt(252 / 5))


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_newey_west_is_that_of_statsmodels(horizon):
    rng = np.random.default_rng(horizon)
    series = 0.02 + np.convolve(rng.normal(size=320), np.ones(horizon) / horizon, "valid")
    found = mean_of(series, horizon)
    fit = sm.OLS(series, np.ones(len(series))).fit(
        cov_type="HAC", cov_kwds={"maxlags": found.lags, "use_correction": True}
    )
    assert found.newey_west_error == pytest.approx(fit.bse[0], rel=1e-12)
    assert found.t_newey_west == pytest.approx(fit.tvalues[0], rel=1e-12)
    if horizon > 1:
        assert abs(found.t_newey_west) < abs(found.t)  # overlap makes the plain t too large


def test_lags():
    """max(h - 1, floor(4 (n / 100)^(2/9))), below n."""
    assert [lags_for(100, 1), lags_for(1000, 1), lags_for(1000, 21), lags_for(5, 21)] == [4, 6, 20, 4]


@pytest.mark.parametrize(("series", "count", "mean"), [([], 0, None), ([np.nan], 0, None), ([0.3], 1, 0.3)])
def test_too_little_for_an_error(series, count, mean):
    found = mean_of(np.array(series), 1)
    assert (found.count, found.mean) == (count, mean)
    assert [found.std, found.t, found.t_newey_west, found.information_ratio] == [None] * 4


def test_no_variation_gives_no_t():
    found = mean_of(np.full(50, 0.7), 1)
    assert found.mean == pytest.approx(0.7)
    assert [found.t, found.t_newey_west, found.information_ratio] == [None] * 3


def test_an_error_that_vanishes_is_none():
    assert newey_west_error(np.zeros(9), 2) is None
