"""What holds for any value series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.calc.statistics import Track, deepest_drawdowns, statistics_of
from tests.portfolio.statistics.tracks import compound, from_returns, sessions

# figures that follow from the set of returns alone, in whatever order they came
ORDERLESS = {
    "total_return", "annualized_return", "best_day", "worst_day", "volatility", "downside_volatility", "skewness",
    "kurtosis", "sharpe_ratio", "sortino_ratio", "probabilistic_sharpe_ratio", "cvar_95", "cvar_99", "beta", "alpha",
    "treynor_ratio", "tracking_error", "information_ratio", "benchmark_return", "excess_return",
    "var_95_1d", "var_99_1d", "var_95_1m", "var_99_1m", "var_95_1d_normal", "var_99_1d_normal",
    "var_95_1d_cornish_fisher", "var_99_1d_cornish_fisher",
}  # fmt: skip

# returns in whole hundredths of a percent, so that what is equal is equal and nothing is nearly so
percents = st.integers(-2000, 2000).map(lambda basis: basis / 10_000)
many = st.lists(st.tuples(percents, percents), min_size=2, max_size=60)
paths = st.lists(st.floats(0.01, 1e6), min_size=3, max_size=60)


def close_to(found: dict[str, float | None]) -> dict[str, object]:
    return {k: None if v is None else pytest.approx(v, rel=1e-7, abs=1e-7) for k, v in found.items()}


def made_of(pairs) -> Track:
    own, market = np.array(pairs).T
    return from_returns(own, market)


@given(many, st.integers(-40, 40))
def test_another_currency_unit_changes_nothing(pairs, power):
    one = made_of(pairs)
    scaled = Track(one.values * 2.0**power, one.dates, one.benchmark * 2.0**-power)
    assert statistics_of(scaled) == statistics_of(one)


@given(many, st.sampled_from([3.0, 0.01, 1372.45, 1e9]))
def test_another_currency_changes_nothing_but_by_rounding(pairs, factor):
    one = made_of(pairs)
    scaled = Track(one.values * factor, one.dates, one.benchmark / factor)
    ours, theirs = statistics_of(one), statistics_of(scaled)
    assert {k for k, v in ours.items() if v is None} == {k for k, v in theirs.items() if v is None}
    assert theirs == close_to(ours)


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_the_returns_matters_only_to_paths(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert statistics_of(made_of(shuffled), ORDERLESS) == close_to(statistics_of(made_of(pairs), ORDERLESS))


@given(paths)
def test_drawdowns_lie_between_nothing_and_everything(path):
    one = Track(np.array(path), sessions(len(path)))
    found = statistics_of(one)
    assert 0 <= found["current_drawdown"] <= found["max_drawdown"] <= 100
    assert 0 <= found["drawdown_duration"] <= found["longest_drawdown_duration"] <= one.sessions
    falls = deepest_drawdowns(one, 100)
    assert max((fall.depth for fall in falls), default=0.0) == found["max_drawdown"]
    assert sum(fall.sessions for fall in falls) <= one.sessions
    assert sum(fall.recovery is None for fall in falls) == (found["current_drawdown"] > 0)


@given(paths)
def test_losses_are_in_order(path):
    found = statistics_of(Track(np.array(path), sessions(len(path))))
    worst, best = -found["worst_day"], -found["best_day"]
    slack = 1e-9 * max(1, abs(worst), abs(best))
    assert best - slack <= found["var_95_1d"] <= found["var_99_1d"] <= worst + slack
    assert found["var_95_1d"] <= found["cvar_95"] <= found["cvar_99"] + slack <= worst + 2 * slack
    assert found["var_95_1d_normal"] <= found["var_99_1d_normal"] + slack


@given(st.lists(percents, min_size=3, max_size=60))
def test_doubling_the_bet_doubles_risk_but_not_the_ratio(returns):
    one = from_returns(returns, risk_free=0.0)
    two = from_returns(2 * np.array(returns), risk_free=0.0)
    names = ["volatility", "downside_volatility", "var_95_1d", "cvar_95", "worst_day"]
    doubled = {name: 2 * figure for name, figure in statistics_of(one, names).items()}
    assert statistics_of(two, names) == close_to(doubled)
    ratios = ["sharpe_ratio", "sortino_ratio", "skewness", "kurtosis"]
    assert statistics_of(two, ratios) == close_to(statistics_of(one, ratios))


@given(
    st.lists(st.floats(0, 1e300, allow_subnormal=True), min_size=1, max_size=30),
    st.lists(st.one_of(st.just(np.nan), st.floats(1e-300, 1e300)), min_size=30, max_size=30),
)
@settings(max_examples=300)
def test_whatever_the_numbers_there_is_a_float_or_none(path, levels):
    values = np.array(path)
    values[0] = values[0] or 1.0
    values[np.cumsum(values == 0) > 0] = 0.0  # nothing grows out of a total loss
    one = Track(values, sessions(len(values)), np.array(levels[: len(values)]))
    for name, figure in statistics_of(one).items():
        assert figure is None or (type(figure) is float and np.isfinite(figure)), name


def test_the_benchmark_s_order_of_missing_levels_changes_only_comparisons():
    rng = np.random.default_rng(8)
    own, market = rng.normal(0, 0.01, (2, 80))
    levels = compound(market)
    levels[[0, 7, 8, 80]] = np.nan
    full, gaps = from_returns(own, market), Track(compound(own), sessions(81), levels)
    needs = {
        "alpha",
        "beta",
        "benchmark_return",
        "excess_return",
        "information_ratio",
        "tracking_error",
        "treynor_ratio",
    }
    ours, theirs = statistics_of(full), statistics_of(gaps)
    assert {name for name in ours if ours[name] != theirs[name]} == needs
