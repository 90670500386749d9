"""A run session by session."""

import numpy as np
import pandas as pd
import pytest

from backtests.calc.outcomes import series
from tests.backtests.outcomes.hand import NAN, flat_market, run_of, story

approx = pytest.approx


def test_a_simulated_week():
    found = series(story(benchmark=np.array([40.0, 50.0, 55.0, NAN, 44.0, 60.0])))
    assert found == {
        "dates": ["2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08", "2020-01-09", "2020-01-10"],
        "value": approx([10_000, 10_000, 10_000, 9_100, 9_850, 10_350]),
        "benchmark": approx([10_000, 12_500, 13_750, None, 11_000, 15_000]),
        "drawdown": approx([0, 0, 0, -9, -1.5, 0]),
        "benchmark_drawdown": approx([0, 0, 0, None, -20, 0]),
        "cash": approx([10_000, 10_000, 0, 100, 4_350, 4_350]),
        "positions": [0, 0, 2, 2, 1, 1],
        "turnover": approx([0, 0, 50, 0, 100 * 4250 / 2 / 9850, 0]),
        "rolling_sharpe": [None] * 6,
    }
    assert not np.signbit(found["drawdown"][0])


def test_a_benchmark_that_begins_later_begins_with_the_value_of_then():
    found = series(story(benchmark=np.array([NAN, NAN, NAN, 50.0, 40.0, 55.0])))
    assert found["benchmark"] == [None, None, None, approx(9100), approx(7280), approx(10_010)]
    assert found["benchmark_drawdown"] == [None, None, None, 0, approx(-20), 0]


@pytest.mark.parametrize("levels", [None, np.full(6, NAN)])
def test_without_any_level_there_is_no_benchmark(levels):
    found = series(story(benchmark=levels))
    assert (found["benchmark"], found["benchmark_drawdown"]) == (None, None)


def test_the_first_fall_counts_from_the_capital():
    found = series(run_of(snapshots=[{"value": 800.0}, {"value": 900.0}]))
    assert found["drawdown"] == approx([0, -20, -10])


def test_rolling_sharpe_as_pandas():
    rng = np.random.default_rng(0)
    values = 1000 * np.exp(np.cumsum(rng.normal(0.001, 0.02, 200)))
    found = series(run_of(snapshots=[{"value": value} for value in values], market=flat_market(200), risk_free=0.03))
    window = (pd.Series([1000, *values]).pct_change() - (1.03 ** (1 / 252) - 1)).rolling(126)
    expected = window.mean() / window.std() * 252**0.5
    assert found["rolling_sharpe"][:126] == [None] * 126
    np.testing.assert_allclose(found["rolling_sharpe"][126:], expected[126:], rtol=1e-9)
