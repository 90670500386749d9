"""The backtest of VaR: Kupiec's own table, SciPy, statsmodels, worked examples; forecasts against the statistics."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from portfolio.calc.risk import backtest_var, exceptions_are_independent, proportion_of_failures, var_forecasts
from portfolio.calc.statistics import statistics_of
from tests.portfolio.statistics.tracks import from_returns, made_up

NAN = float("nan")


# (share, sessions): the fewest and most exceptions that do not speak against the VaR at 95 % (Kupiec 1995, table 3)
@pytest.mark.parametrize(
    ("share", "sessions", "above", "below"),
    [
        (0.01, 255, None, 7), (0.01, 510, 1, 11), (0.01, 1000, 4, 17),
        (0.05, 255, 6, 21), (0.05, 510, 16, 36), (0.05, 1000, 37, 65), (0.10, 1000, 81, 120),
    ],
)  # fmt: skip
def test_kupiec_s_table(share, sessions, above, below):
    accepted = [x for x in range(sessions + 1) if proportion_of_failures(sessions, x, share).p_value > 0.05]
    if above is not None:
        assert accepted[0] == above + 1
    assert accepted[-1] == below - 1


@given(st.integers(1, 1000), st.data(), st.sampled_from([0.01, 0.05, 0.5]))
def test_scipy_s_binomial_likelihoods_give_the_same(sessions, data, share):
    exceptions = data.draw(st.integers(0, sessions))
    likelihood = stats.binom.logpmf(exceptions, sessions, [exceptions / sessions, share])
    found = proportion_of_failures(sessions, exceptions, share)
    assert found.statistic == pytest.approx(2 * (likelihood[0] - likelihood[1]), rel=1e-8, abs=1e-8)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.statistic, 1), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_logistic_regression_on_the_session_before_finds_the_same_dependence(seed):
    rng = np.random.default_rng(seed)
    exceeded = np.zeros(600, bool)
    for row in range(1, 600):
        exceeded[row] = rng.random() < (0.3 if exceeded[row - 1] else 0.05)
    model = sm.Logit(exceeded[1:].astype(float), sm.add_constant(exceeded[:-1].astype(float)))
    fitted = model.fit(disp=0, tol=1e-12, maxiter=100)
    found = exceptions_are_independent(exceeded)
    assert found.statistic == pytest.approx(fitted.llr, rel=1e-7)
    assert found.p_value == pytest.approx(fitted.llr_pvalue, rel=1e-6)


def test_clusters_by_hand():
    # 100 sessions, the last five exceed: 94 calm after calm, 1 after calm, 4 after an exception, none the other way
    returns = np.r_[np.full(95, 0.001), np.full(5, -0.03)]
    found = backtest_var(returns, np.full(100, 2.0), share=0.05)
    assert (found.sessions, found.exceptions, found.expected) == (100, 5, 5.0)
    assert found.failures.statistic == pytest.approx(0, abs=1e-12)
    assert found.failures.p_value == pytest.approx(1)
    one_share = 94 * np.log(94 / 99) + 5 * np.log(5 / 99)
    two_shares = 94 * np.log(94 / 95) + np.log(1 / 95)  # after an exception always: log 1
    assert found.independence.statistic == pytest.approx(2 * (two_shares - one_share))
    assert found.independence.p_value < 1e-6
    assert found.coverage.statistic == pytest.approx(found.failures.statistic + found.independence.statistic)
    assert found.coverage.p_value == pytest.approx(np.exp(-found.coverage.statistic / 2))  # chi-squared, 2 degrees


def test_a_loss_of_exactly_the_var_does_not_exceed_it():
    assert backtest_var(np.array([-0.25, -0.5]), np.array([25.0, 25.0])).exceptions == 1


def test_sessions_without_a_forecast_are_left_out():
    returns, forecasts = np.array([-0.1, -0.1, NAN, -0.1, 0.1]), np.array([NAN, 2.0, 2.0, 2.0, 2.0])
    found = backtest_var(returns, forecasts)
    assert (found.sessions, found.exceptions) == (3, 2)


def test_too_little_to_judge():
    assert backtest_var(np.zeros(0), np.zeros(0)) is None
    assert backtest_var(np.array([0.1]), np.array([NAN])) is None
    one = backtest_var(np.array([0.1]), np.array([2.0]))
    assert (one.sessions, one.independence, one.coverage) == (1, None, None)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="one forecast per return"):
        backtest_var(np.zeros(3), np.zeros(2))
    with pytest.raises(ValueError, match="share"):
        backtest_var(np.zeros(3), np.zeros(3), share=0.0)


# --- forecasts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.05, 0.01])
@pytest.mark.parametrize("method", ["historical", "normal", "cornish_fisher"])
def test_a_forecast_is_the_statistic_of_the_window_before(method, share):
    returns = made_up(400).returns
    found = var_forecasts(returns, method, share, window=252)
    name = f"var_{round(100 * (1 - share))}_1d" + ("" if method == "historical" else f"_{method}")
    assert np.isnan(found[:252]).all()
    for session in (252, 300, 399):
        before = statistics_of(from_returns(returns[session - 252 : session]), [name])[name]
        assert found[session] == pytest.approx(before, rel=1e-9)


@pytest.mark.parametrize("method", ["historical", "normal", "cornish_fisher"])
def test_what_comes_later_changes_no_forecast(method):
    returns = made_up(400).returns
    changed = returns.copy()
    changed[300:] = -0.5
    np.testing.assert_array_equal(var_forecasts(changed, method)[:301], var_forecasts(returns, method)[:301])


def test_a_right_var_passes_and_one_that_is_half_as_large_does_not():
    returns = np.random.default_rng(3).normal(0, 0.01, 2000)
    forecasts = var_forecasts(returns, "normal")
    right, half = backtest_var(returns, forecasts), backtest_var(returns, forecasts / 2)
    assert right.failures.p_value > 0.05
    assert right.independence.p_value > 0.05
    assert half.failures.p_value < 1e-6


def test_what_does_not_scatter_has_no_cornish_fisher_forecast():
    still = np.full(30, 0.001)
    assert np.isnan(var_forecasts(still, "cornish_fisher", window=20)).all()
    assert var_forecasts(still, "normal", window=20)[20:] == pytest.approx(np.full(10, -0.1))


def test_fewer_returns_than_the_window_give_no_forecast():
    assert np.isnan(var_forecasts(np.zeros(252), "historical")).all()
    assert var_forecasts(np.zeros(0), "historical").shape == (0,)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "garch"}, "unknown method 'garch'; there are historical"),
        ({"window": 1}, "window 1 at least 2"),
        ({"share": 1.5}, "share 1.5"),
        ({"returns": np.array([0.1, NAN])}, "return 1 is missing"),
    ],
)
def test_wrong_questions_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        var_forecasts(**({"returns": np.zeros(3), "method": "normal"} | changed))
