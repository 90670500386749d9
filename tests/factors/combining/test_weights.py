"""Weights found from factor returns, against skfolio and numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skfolio.optimization import MeanRisk, ObjectiveFunction

from factors.calc.composite import ranked, scaled, weighted_mean
from factors.calc.targets import rank_target, spearman
from factors.combiners import History, combiner_named, optimized
from factors.combiners.from_returns import NoWeights

SESSIONS = 252


def made(count: int, seed: int, drift: float = 0.0005) -> np.ndarray:
    """Correlated daily returns [count, 252], some drifting down."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.005, SESSIONS)
    return rng.normal(drift, 0.008, (count, SESSIONS)) * rng.uniform(0.5, 2, (count, 1)) + common


def fit(name: str, returns: np.ndarray, **options: object):
    names = tuple(f"f{i}" for i in range(len(returns)))
    days = np.arange(16000, 16000 + returns.shape[1], dtype=np.int32)
    return combiner_named(name)(names, None, options).fit(History(names, days, returns), int(days[-1]))


def sharpe(weights: np.ndarray, returns: np.ndarray) -> float:
    daily = weights @ returns
    return float(daily.mean() / daily.std(ddof=1))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("count", [2, 5, 20])
def test_the_objective_is_that_of_skfolio(count, seed):
    returns = made(count, seed, drift=0.001)
    ours = fit("optimized", returns)
    assert not ours.fallback
    model = MeanRisk(objective_function=ObjectiveFunction.MAXIMIZE_RATIO, min_weights=0.0, budget=1.0)
    model.fit(pd.DataFrame(returns.T, columns=list(ours.names)))
    theirs = sharpe(model.weights_, returns)
    assert sharpe(ours.values, returns) >= theirs - 1e-9
    assert sharpe(ours.values, returns) == pytest.approx(theirs, rel=2e-4)
    assert ours.values.sum() == pytest.approx(1.0)
    assert (ours.values >= 0).all()


def test_two_uncorrelated_factors_by_hand():
    # w proportional to mean/variance: 0.02/0.01 against 0.01/0.04.
    found = optimized.max_sharpe(np.array([0.02, 0.01]), np.diag([0.01, 0.04]))
    np.testing.assert_allclose(found, np.array([2.0, 0.25]) / 2.25, atol=1e-6)
    # A factor that loses gets nothing.
    np.testing.assert_allclose(optimized.max_sharpe(np.array([0.02, -0.01]), np.diag([0.01, 0.04])), [1, 0], atol=1e-6)


def test_no_positive_mean_gives_equal_weight_and_says_so():
    found = fit("optimized", made(3, 0) - 0.01)
    assert found.fallback == "no factor has a positive mean return"
    assert found.record() == {
        "weights": {"f0": 0.333333, "f1": 0.333333, "f2": 0.333333}, "fallback": "no factor has a positive mean return",
    }  # fmt: skip


def test_a_search_that_fails_gives_equal_weight_and_says_so(monkeypatch):
    class Failed:
        success, message, x, fun = False, "Iteration limit reached", np.array([1.0, 0.0]), 0.0

    monkeypatch.setattr("scipy.optimize.minimize", lambda *args, **more: Failed)
    found = fit("optimized", made(2, 0))
    assert found.fallback == "the optimiser failed: Iteration limit reached"
    assert found.values.tolist() == [0.5, 0.5]


def test_returns_that_do_not_vary_are_no_risk_to_divide_by():
    returns = made(2, 0)
    returns[1] = 0.001
    for name in ("optimized", "risk_adjusted"):
        assert fit(name, returns).fallback == "a factor's returns do not vary"
    with pytest.raises(NoWeights):
        optimized.max_sharpe(np.array([0.01, 0.01]), np.zeros((2, 2)))


def test_risk_adjusted_by_hand():
    returns = np.tile([0.01, -0.01], (3, 126)) * np.array([[1.0], [2.0], [4.0]])
    np.testing.assert_allclose(fit("risk_adjusted", returns).values, np.array([4, 2, 1]) / 7)


@pytest.mark.parametrize("name", ["optimized", "risk_adjusted"])
def test_only_the_last_252_sessions_count(name):
    returns = made(3, 1)
    older = np.column_stack([made(3, 9) * 5, returns])
    np.testing.assert_array_equal(fit(name, older).values, fit(name, returns).values)
    assert not np.array_equal(fit(name, older, window=400).values, fit(name, returns).values)


def test_a_factor_with_few_returns_is_left_out_and_named():
    returns = made(3, 1)
    returns[1, 100:] = np.nan
    found = fit("risk_adjusted", returns)
    assert found.record()["left_out"] == {"f1": "fewer than 126 daily returns"}
    assert found.values[1] == 0
    both = fit("risk_adjusted", returns[[0, 2]])
    np.testing.assert_allclose(found.values[[0, 2]], both.values)


def test_too_few_returns_give_equal_weight():
    returns = made(3, 1)
    returns[:2, 100:] = np.nan
    assert fit("optimized", returns).fallback == "1 of 3 factors have 126 daily returns (the most: 252)"
    returns = made(2, 1)
    returns[0, :130], returns[1, 130:] = np.nan, np.nan
    assert "2 of 2" not in fit("optimized", returns).fallback
    assert fit("optimized", returns, min_sessions=100).fallback == (
        "the factors have 0 sessions in common, fewer than 100"
    )


# --- the composite ------------------------------------------------------------------------------------------------


def test_weights_of_absent_factors_leave_numerator_and_denominator():
    nan = np.nan
    scores = np.array([[2.0, nan, 1.0, nan], [1.0, 3.0, nan, nan], [nan, nan, nan, 5.0]])
    has = np.array([True, True, False])
    found = weighted_mean(scores, np.array([3.0, 1.0, 6.0]), has)
    np.testing.assert_allclose(found, [7 / 4, nan, 1.0, nan])  # the second has a quarter of the weight
    np.testing.assert_allclose(weighted_mean(scores, np.array([1.0, 1.0, 6.0]), has), [1.5, 3.0, 1.0, nan])
    assert np.isnan(weighted_mean(scores, np.array([0.0, 0.0, 1.0]), has)).all()


def test_scaled_and_ranked():
    nan = np.nan
    np.testing.assert_allclose(scaled(np.array([1.0, nan, 3.0, 2.0])), [0, nan, 100, 50])
    np.testing.assert_allclose(scaled(np.array([7.0, nan, 7.0])), [50, nan, 50])
    assert np.isnan(scaled(np.array([nan, nan]))).all()
    assert scaled(np.zeros(0)).shape == (0,)
    tickers = np.array(["D", "C", "B", "A"], dtype=object)
    assert ranked(np.array([50.0, 100.0, 50.0, nan]), tickers).tolist() == [3, 1, 2, 0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=30))
def test_whatever_the_raw_figures_scores_are_within_0_and_100(values):
    raw = np.array(values, dtype=float)
    found = scaled(raw)
    assert (np.isfinite(found) == np.isfinite(raw)).all()
    assert ((found[np.isfinite(found)] >= 0) & (found[np.isfinite(found)] <= 100)).all()
    ranks = ranked(found, np.array([f"T{i}" for i in range(len(raw))], dtype=object))
    assert sorted(ranks[ranks > 0]) == list(range(1, int(np.isfinite(raw).sum()) + 1))


def test_targets_and_spearman():
    from scipy.stats import rankdata, spearmanr

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 50))
    y += x
    holed = np.where(np.arange(50) % 7 == 0, np.nan, y)
    found = spearman(np.array([x, x, np.ones(50)]), np.array([y, holed, y]))
    both = np.isfinite(holed)
    assert found[:2] == pytest.approx([spearmanr(x, y).statistic, spearmanr(x[both], y[both]).statistic])
    assert np.isnan(found[2])
    assert np.isnan(spearman(x[None, :2], y[None, :2])).all()
    row = np.append(np.round(x, 1), np.nan)
    expected = np.append((rankdata(np.round(x, 1)) - 0.5) / 50, np.nan)
    np.testing.assert_allclose(rank_target(row[None])[0], expected, rtol=1e-6)
