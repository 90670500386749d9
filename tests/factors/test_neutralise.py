"""Sector and size taken out of a signal before it is normalised, by hand and against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from factors.calc.neutralise import demean_by, residual_on, sector_groups
from factors.calc.normalise import normalise
from tests.factors.market_builder import cross, make_panel

approx = pytest.approx

NAN = np.nan


def demeaned(sectors: list[str], signal: list[float]) -> list[float]:
    names, numbers = np.array(sectors, dtype=object), np.array(signal)
    return list(demean_by(sector_groups(names, np.isfinite(numbers)), numbers))


def test_each_sector_loses_its_mean():
    # banks 1, 2, 6: mean 3; chips 10, 20, 60: mean 30
    result = demeaned(["bank", "chip", "bank", "chip", "bank", "chip"], [1, 10, 2, 20, 6, 60])
    assert result == [-2, -20, -1, -10, 3, 30]


def test_sectors_under_three_names_join_other_where_the_blank_ones_are():
    # "wood" has two names, one blank: together "other" with mean (1 + 5 + 3) / 3 = 3
    assert demeaned(["wood", "wood", "", "bank", "bank", "bank"], [1, 5, 3, 7, 8, 9]) == [-2, 2, 0, -1, 0, 1]
    # A single name among three blanks is compared with them, not with itself.
    assert demeaned(["", "", "", "wood"], [1, 2, 3, 6]) == [-2, -1, 0, 3]


def test_names_without_a_signal_do_not_count_towards_three():
    # bank has three names but two signals: it joins other. Mean of (1, 3, 8) = 4
    result = demeaned(["bank", "bank", "bank", ""], [1, 3, NAN, 8])
    assert result == approx([-3, -1, NAN, 4], nan_ok=True)


def test_size_leaves_the_residual_of_a_regression_with_intercept():
    rng = np.random.default_rng(3)
    size, signal = rng.normal(20, 2, 50), rng.normal(0, 1, 50)
    signal += 0.3 * size
    expected = sm.OLS(signal, sm.add_constant(size)).fit().resid
    assert residual_on(size, signal) == approx(expected, abs=1e-9)


def test_size_regression_leaves_out_names_without_size_or_signal():
    size, signal = np.array([1.0, 2.0, 3.0, NAN, 5.0]), np.array([1.0, 2.0, 6.0, 4.0, NAN])
    # mean x 2, mean y 3; slope = ((-1)(-2) + 0 + 1 x 3) / 2 = 2.5; residuals 0.5, -1, 0.5
    assert list(residual_on(size, signal)) == approx([0.5, -1.0, 0.5, NAN, NAN], nan_ok=True)
    assert np.isnan(residual_on(np.full(3, NAN), np.ones(3))).all()


def test_size_that_does_not_vary_only_demeans():
    assert list(residual_on(np.full(3, 9.0), np.array([1.0, 2.0, 6.0]))) == [-2.0, -1.0, 3.0]


def test_the_engine_takes_sector_first_then_size():
    rng = np.random.default_rng(4)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (30, 24)), axis=0))
    sectors = ["bank", "chip", "wood"] * 8
    shares = rng.lognormal(10, 1, 24)
    panel = make_panel(close, sectors=sectors, shares=shares)
    signal = 100 * (close[-1] / close[-21] - 1)
    for name in set(sectors):
        members = np.array(sectors) == name
        signal[members] -= signal[members].mean()
    expected = sm.OLS(signal, sm.add_constant(np.log(close[-1] * shares))).fit().resid
    for order in (["sector", "size"], ["size", "sector"]):
        found = cross(panel, "momentum_1m", neutralise=order)
        assert found.score == approx(normalise(expected)[0], abs=1e-9)
        assert list(found.value) == approx(list(100 * (close[-1] / close[-21] - 1)))  # values stay raw
