"""Factor exposures by hand and what always holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.calc.risk import factor_exposures

NAN = float("nan")


def test_by_hand():
    # half the value in an asset with both scores, 30 % in one with the first alone, 20 % in cash
    found = factor_exposures(np.array([0.5, 0.3, 0.2]), np.array([[1.0, 2.0], [-1.0, NAN], [NAN, NAN]]))
    assert found.exposure == pytest.approx([0.25, 2.0])
    assert found.covered == pytest.approx([80.0, 50.0])
    assert found.uncovered == pytest.approx([20.0, 50.0])
    assert found.parts == pytest.approx(np.array([[0.625, 2.0], [-0.375, 0.0], [0.0, 0.0]]))


def test_a_factor_without_scores_or_with_weights_that_cancel_has_no_exposure():
    found = factor_exposures(np.array([0.5, -0.5]), np.array([[NAN, 1.0], [NAN, 2.0]]))
    assert np.isnan(found.exposure).all()
    assert found.covered.tolist() == [0.0, 100.0]


def test_a_short_position_counts_against_the_score():
    found = factor_exposures(np.array([1.2, -0.2]), np.array([[1.0], [-1.0]]))
    assert found.exposure == pytest.approx([1.4])
    assert found.covered.tolist() == [100.0]


def test_an_empty_portfolio_has_none():
    found = factor_exposures(np.zeros(2), np.ones((2, 1)))
    assert np.isnan([found.exposure, found.covered, found.uncovered]).all()


@given(st.integers(1, 8), st.integers(0, 10_000), st.floats(0.01, 100))
def test_an_exposure_is_a_mean_and_the_size_of_the_portfolio_does_not_matter(assets, seed, size):
    rng = np.random.default_rng(seed)
    weights, scores = rng.uniform(0.01, 1, assets), rng.uniform(-3, 3, (assets, 3))
    scores[rng.random(scores.shape) < 0.3] = NAN
    found = factor_exposures(weights, scores)
    known = np.ma.masked_invalid(scores)
    assert found.exposure == pytest.approx(np.ma.average(known, axis=0, weights=weights).filled(NAN), nan_ok=True)
    assert found.parts.sum(axis=0) == pytest.approx(found.exposure, nan_ok=True)
    assert found.covered + found.uncovered == pytest.approx(np.full(3, 100.0))
    assert factor_exposures(size * weights, scores).exposure == pytest.approx(found.exposure, nan_ok=True)


@pytest.mark.parametrize(
    ("weights", "scores", "message"),
    [
        ([1.0], np.ones((2, 1)), "2 assets need as many weights"),
        ([1.0], np.array([[np.inf]]), "finite"),
        ([1.0], np.ones(1), "a row per asset"),
    ],
)
def test_what_does_not_fit_is_refused(weights, scores, message):
    with pytest.raises(ValueError, match=message):
        factor_exposures(np.array(weights), scores)
