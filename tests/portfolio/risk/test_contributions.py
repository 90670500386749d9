"""Risk contributions by hand, against skfolio and the statistics of the portfolio's series, and what always holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skfolio import Portfolio, RiskMeasure

from portfolio.calc.correlations import correlations
from portfolio.calc.risk import (
    correlation_summary,
    cvar_contributions,
    diversification_of,
    normal_var_contributions,
    volatility_contributions,
)
from portfolio.calc.statistics import statistics_of
from tests.portfolio.statistics.tracks import from_returns

NAN = float("nan")
YEAR = 252**0.5


def made_up(rows: int = 500, assets: int = 6, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_t(5, (rows, 1)) * 0.006 * rng.uniform(-0.3, 1.5, assets) + rng.normal(
        0.0003, 0.008, (rows, assets)
    )


def weights_of(assets: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(assets))


def test_two_assets_by_hand():
    # sigma 1 % and 2 % a day, correlation 0.25, weights 60 and 40: S w = (0.8e-4, 1.9e-4), w' S w = 1.24e-4
    covariance = np.array([[1e-4, 0.5e-4], [0.5e-4, 4e-4]])
    found = volatility_contributions(np.array([0.6, 0.4]), covariance)
    std = 1.24e-4**0.5
    assert found.total == pytest.approx(100 * YEAR * std, rel=1e-14)
    assert found.marginal == pytest.approx([100 * YEAR * 0.8e-4 / std, 100 * YEAR * 1.9e-4 / std], rel=1e-14)
    assert found.component == pytest.approx([100 * YEAR * 0.48e-4 / std, 100 * YEAR * 0.76e-4 / std], rel=1e-14)
    assert found.percent == pytest.approx([100 * 48 / 124, 100 * 76 / 124], rel=1e-14)


def test_a_hedge_takes_risk_away():
    found = volatility_contributions(np.array([1.0, 0.2]), np.array([[1e-4, -0.9e-4], [-0.9e-4, 1e-4]]))
    assert found.percent[1] < 0
    assert found.percent.sum() == pytest.approx(100)


def test_skfolio_finds_the_same():
    returns, weights = made_up(), weights_of(6)
    frame = pd.DataFrame(returns, pd.bdate_range("2024-01-01", periods=len(returns)))
    theirs = Portfolio(X=frame, weights=weights, compounded=False)
    ours = volatility_contributions(weights, np.cov(returns, rowvar=False))
    expected = theirs.contribution(RiskMeasure.STANDARD_DEVIATION, spacing=1e-6)  # by finite differences
    assert ours.component == pytest.approx(100 * YEAR * np.asarray(expected), rel=1e-5)
    # 5 % of 500 sessions are exactly 25: then both average the same tail
    expected = theirs.contribution(RiskMeasure.CVAR, spacing=1e-7)
    assert cvar_contributions(weights, returns).component == pytest.approx(
        100 * np.asarray(expected), rel=1e-5, abs=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(0, 10_000), st.sampled_from([0.05, 0.01]))
def test_parts_sum_to_the_portfolio_s_own_statistics(assets, seed, share):
    returns, weights = made_up(120, assets, seed), 0.9 * weights_of(assets, seed)  # a tenth is cash
    track = from_returns(returns @ weights, risk_free=0.0)
    tail = {0.05: "95", 0.01: "99"}[share]
    sums = {
        "volatility": volatility_contributions(weights, np.cov(returns, rowvar=False).reshape(assets, assets)),
        f"var_{tail}_1d_normal": normal_var_contributions(weights, returns, share),
        f"cvar_{tail}": cvar_contributions(weights, returns, share),
    }
    whole = statistics_of(track)
    for name, parts in sums.items():
        assert parts.total == pytest.approx(whole[name], rel=1e-8)
        assert parts.component.sum() == pytest.approx(parts.total, rel=1e-12)
        assert parts.percent.sum() == pytest.approx(100, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 1000))
def test_the_order_of_assets_changes_nothing(order, seed):
    returns, weights = made_up(100, 6, seed), weights_of(6, seed)
    for of in (normal_var_contributions, cvar_contributions):
        assert of(weights[order], returns[:, order]).component == pytest.approx(of(weights, returns).component[order])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 5))
def test_twice_the_positions_are_twice_the_risk(seed, times):
    returns, weights = made_up(100, 4, seed), weights_of(4, seed)
    once, more = (normal_var_contributions(w, returns) for w in (weights, times * weights))
    assert more.component == pytest.approx(times * once.component)
    assert more.marginal == pytest.approx(once.marginal)


def test_marginal_is_what_a_little_more_weight_adds():
    returns, weights = made_up(), weights_of(6)
    for of in (normal_var_contributions, cvar_contributions):
        base = of(weights, returns)
        for asset in range(6):
            more = weights.copy()
            more[asset] += 1e-7
            assert (of(more, returns).total - base.total) / 1e-7 == pytest.approx(
                base.marginal[asset], rel=1e-3, abs=1e-4
            )


def test_sessions_on_which_a_return_is_missing_are_left_out():
    returns, weights = made_up(), weights_of(6)
    holes = np.insert(returns, 100, NAN, axis=0)
    holes[100, 1:] = 0.5
    assert cvar_contributions(weights, holes).total == cvar_contributions(weights, returns).total


def test_without_risk_there_are_no_parts():
    covariance = np.array([[1e-4, -1e-4], [-1e-4, 1e-4]])
    assert volatility_contributions(np.array([0.5, 0.5]), covariance) is None
    assert volatility_contributions(np.zeros(2), covariance) is None
    assert volatility_contributions(np.zeros(0), np.zeros((0, 0))) is None
    assert normal_var_contributions(np.array([1.0]), np.full((30, 1), 0.01)) is None
    assert np.isnan(cvar_contributions(np.zeros(2), made_up(30, 2)).percent).all()


@pytest.mark.parametrize(
    ("weights", "covariance", "message"),
    [
        ([0.5], np.eye(2), "2 assets need as many weights"),
        ([0.5, NAN], np.eye(2), "weight 1 is missing"),
        ([0.5, 0.5], np.ones((2, 3)), "as many rows"),
        ([0.5, 0.5], np.array([[1.0, NAN], [NAN, 1.0]]), "missing or infinite"),
        ([0.5, 0.5], np.array([[1.0, 0.5], [0.2, 1.0]]), "not symmetric"),
    ],
)
def test_what_does_not_fit_is_refused(weights, covariance, message):
    with pytest.raises(ValueError, match=message):
        volatility_contributions(np.array(weights), covariance)


def test_too_few_returns_and_wrong_shares_are_refused():
    with pytest.raises(ValueError, match="1 of 2 sessions"):
        cvar_contributions(np.array([0.5, 0.5]), np.array([[0.1, NAN], [0.1, 0.2]]))
    with pytest.raises(ValueError, match="share"):
        cvar_contributions(weights_of(6), made_up(), share=1.0)


# --- diversification --------------------------------------------------------------------------------------------------


def test_equal_unrelated_assets_are_as_many_risks():
    found = diversification_of(np.full(4, 0.25), np.eye(4) * 1e-4)
    assert (found.ratio, found.effective_assets, found.effective_risks) == pytest.approx((2.0, 4.0, 4.0))


def test_a_small_wild_position_is_most_of_the_risk():
    # variances 1 and 100: risk shares 0.81 and 1.00 of 1.81
    found = diversification_of(np.array([0.9, 0.1]), np.diag([1e-4, 100e-4]))
    assert found.effective_assets == pytest.approx(1 / 0.82)
    assert found.effective_risks == pytest.approx(1 / ((0.81 / 1.81) ** 2 + (1 / 1.81) ** 2))


def test_the_summary_counts_pairs_without_a_correlation():
    returns = made_up(60, 4)
    returns[10:, 3] = NAN
    matrix = correlations(returns)
    found = correlation_summary(matrix)
    expected = pd.DataFrame(returns[:, :3]).corr().to_numpy()[np.triu_indices(3, 1)]
    assert (found.known, found.pairs) == (3, 6)
    assert (found.average, found.maximum) == pytest.approx((expected.mean(), expected.max()))
    assert matrix.coefficient[found.pair] == found.maximum


def test_a_single_asset_has_no_pairs():
    found = correlation_summary(correlations(made_up(60, 1)))
    assert (found.average, found.maximum, found.pair, found.known, found.pairs) == (None, None, None, 0, 0)
