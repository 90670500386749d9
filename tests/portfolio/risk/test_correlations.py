"""Correlation matrices against SciPy pair by pair, pandas, worked examples, and what holds for any returns."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from portfolio.calc.correlations import (
    Exchanges,
    correlations,
    rolling_correlation,
    spanned_returns,
    window_correlations,
)
from tests.portfolio.real_prices import etf_prices

NAN = float("nan")


def made_up(rows: int = 300, columns: int = 8, seed: int = 1, missing: float = 0.2) -> np.ndarray:
    """Returns of related assets, some missing."""
    rng = np.random.default_rng(seed)
    returns = rng.normal(0, 0.01, (rows, 1)) * rng.uniform(-1, 2, columns) + rng.normal(0, 0.01, (rows, columns))
    returns[rng.random(returns.shape) < missing] = NAN
    return returns


def assert_scipy_finds_the_same(returns: np.ndarray) -> None:
    found = correlations(returns)
    for i in range(returns.shape[1]):
        for j in range(returns.shape[1]):
            common = ~np.isnan(returns[:, i] + returns[:, j])
            assert found.count[i, j] == common.sum()
            if common.sum() < 20:
                assert np.isnan([found.coefficient[i, j], found.p_value[i, j]]).all()
                continue
            expected = stats.pearsonr(returns[common, i], returns[common, j])
            assert found.coefficient[i, j] == pytest.approx(expected.statistic, abs=1e-12)
            # on the diagonal SciPy's 1 - r is rounding, and its p-value a number near 0
            assert found.p_value[i, j] == pytest.approx(expected.pvalue, rel=1e-8, abs=1e-100)


@pytest.mark.parametrize(("rows", "missing"), [(756, 0.1), (60, 0.3), (40, 0.3), (21, 0.0), (20, 0.0)])
def test_scipy_finds_the_same_pair_by_pair(rows, missing):
    assert_scipy_finds_the_same(made_up(rows, seed=rows, missing=missing))


def test_real_funds_meet_scipy_over_three_years(shared_data):
    closes = etf_prices(shared_data)["close"]
    closes = closes.loc["2023-08-21":, closes.notna().sum() > 1500]
    returns = spanned_returns(closes.to_numpy())
    assert_scipy_finds_the_same(returns.values)
    # nobody misses a day, so a span is a day and the whole is what pandas makes of it
    assert correlations(returns.values).coefficient == pytest.approx(closes.pct_change().corr().to_numpy(), abs=1e-12)


def test_weak_relations_of_long_series_keep_the_digits_of_their_p_value():
    rng = np.random.default_rng(4)
    market = rng.normal(0, 0.01, 3000)
    returns = np.stack([market, market + rng.normal(0, 1e-5, 3000), -market + rng.normal(0, 1e-3, 3000)], axis=1)
    assert_scipy_finds_the_same(returns)


def test_fewer_than_twenty_common_returns_are_no_correlation():
    returns = made_up(40, 3, missing=0.0)
    returns[:20, 1] = NAN
    returns[:21, 2] = NAN
    found = correlations(returns)
    assert found.count.tolist() == [[40, 20, 19], [20, 20, 19], [19, 19, 19]]
    assert np.isnan(found.coefficient).tolist() == [[False, False, True], [False, False, True], [True, True, True]]


def test_what_does_not_scatter_has_no_correlation():
    returns = made_up(100, 4, missing=0.0)
    returns[:, 1] = 0.0001
    returns[:, 2] = 0.02 / 3 + 1e-17 * np.arange(100)  # rounding
    returns[:60, 3] = 0.0  # suspended for as long as the first is known
    returns[60:, 0] = NAN
    found = correlations(returns)
    assert np.isnan(found.coefficient).tolist() == [
        [False, True, True, True], [True, True, True, True], [True, True, True, True], [True, True, True, False]
    ]  # fmt: skip


def test_a_steady_stretch_that_is_all_a_pair_shares_has_no_correlation():
    returns = made_up(200, 30, missing=0.0)
    returns[:60, 1:] = 0.05 + 0.01 / np.arange(3, 32)  # far from the median of what scatters elsewhere
    returns[60:, 0] = NAN
    found = correlations(returns)
    assert np.isnan(found.coefficient[0, 1:]).all()
    assert (found.count[0] == 60).all()


def test_a_jump_elsewhere_does_not_blur_a_quiet_pair():
    returns = made_up(200, 2, missing=0.0) * 1e-3
    returns[0, 0] = 5.0
    returns[:1, 1] = NAN
    assert_scipy_finds_the_same(returns)


def test_an_infinite_return_is_refused():
    with pytest.raises(ValueError, match="infinite"):
        correlations(np.array([[np.inf, 0.0]]))


@pytest.mark.parametrize("shape", [(0, 3), (30, 0), (0, 0)])
def test_nothing_gives_nothing(shape):
    found = correlations(np.zeros(shape))
    assert found.coefficient.shape == found.count.shape == found.p_value.shape == (shape[1], shape[1])
    assert np.isnan(found.coefficient).all()


# --- what holds for any returns ---------------------------------------------------------------------------------------

tables = st.tuples(st.integers(20, 80), st.integers(1, 7), st.integers(0, 10_000), st.floats(0, 0.6))


@settings(max_examples=60, deadline=None)
@given(tables)
def test_symmetric_and_within_one(table):
    found = correlations(made_up(*table))
    for part in (found.coefficient, found.count, found.p_value):
        np.testing.assert_array_equal(part, part.T)
    known = ~np.isnan(found.coefficient)
    assert (np.abs(found.coefficient[known]) <= 1).all()
    assert ((found.p_value[known] >= 0) & (found.p_value[known] <= 1)).all()
    assert (known == (found.count >= 20)).all()
    diagonal = np.diag(found.coefficient)
    assert (diagonal[~np.isnan(diagonal)] == 1).all()


@settings(max_examples=60, deadline=None)
@given(tables, st.randoms())
def test_a_permutation_of_assets_permutes_the_matrix_and_leaving_some_out_changes_no_other_pair(table, random):
    returns = made_up(*table)
    chosen = random.sample(range(returns.shape[1]), random.randint(1, returns.shape[1]))
    found, whole = correlations(returns[:, chosen]), correlations(returns)
    some = np.ix_(chosen, chosen)
    np.testing.assert_allclose(found.coefficient, whole.coefficient[some], atol=1e-12)
    np.testing.assert_allclose(found.p_value, whole.p_value[some], rtol=1e-8, atol=1e-12)
    np.testing.assert_array_equal(found.count, whole.count[some])


@settings(max_examples=30, deadline=None)
@given(tables, st.sampled_from([0.001, 3.0, 1e4]))
def test_leverage_changes_nothing_and_a_short_position_the_sign(table, leverage):
    returns = made_up(*table)
    found = correlations(np.column_stack([returns[:, 0], -leverage * returns[:, 0]]))
    if found.count[0, 1] >= 20:
        assert found.coefficient[0, 1] == pytest.approx(-1, abs=1e-12)


# --- spans, windows, rolling ------------------------------------------------------------------------------------------


def test_a_return_belongs_to_the_two_days_it_spans():
    # the second asset does not trade on day 1: its return from 0 to 2 has nothing in common with those of a day
    closes = np.array([[100.0, 10.0], [110.0, NAN], [121.0, 12.0], [121.0, 15.0]])
    found = spanned_returns(closes)
    assert found.ends.tolist() == [1, 2, 2, 3]
    np.testing.assert_allclose(found.values, [[0.1, NAN], [NAN, 0.2], [0.1, NAN], [0.0, 0.25]], rtol=1e-12)


def test_another_asset_s_calendar_changes_no_pair():
    rng = np.random.default_rng(6)
    days = pd.date_range("2024-01-01", "2024-12-31")
    closes = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (len(days), 3)), axis=0))
    closes[days.day_of_week >= 5, :2] = NAN  # the third trades on weekends
    with_it, without = spanned_returns(closes), spanned_returns(closes[days.day_of_week < 5, :2])
    np.testing.assert_allclose(
        correlations(with_it.values).coefficient[:2, :2], correlations(without.values).coefficient, atol=1e-12
    )
    mondays = (days.day_of_week == 0).sum()
    assert correlations(with_it.values).count[0].tolist() == [261, 261, 261 - mondays + 1]  # 262 weekdays, Monday first


def test_windows_are_those_of_the_calendar_and_of_the_last_dates():
    dates = pd.bdate_range("2022-01-03", "2026-03-31")
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(7).normal(0, 0.01, (len(dates), 3)), axis=0))
    found = window_correlations(closes, dates.to_numpy())
    frame = pd.DataFrame(closes, dates).pct_change()
    # the last day of the month three months, a year, three years before; returns of the days after it
    first = {"3m": "2025-12-31", "6m": "2025-09-30", "1y": "2025-03-31", "3y": "2023-03-31", "1m": "2026-02-28"}
    windows = {name: frame[frame.index > day] for name, day in first.items()}
    windows |= {"20d": frame.iloc[-20:], "60d": frame.iloc[-60:]}
    assert found.keys() == windows.keys()
    for name, rows in windows.items():
        assert found[name].count[0, 1] == len(rows)
        assert found[name].coefficient == pytest.approx(rows.corr().to_numpy(), abs=1e-12)


def test_a_window_that_begins_before_the_first_date_takes_what_there_is():
    dates = pd.bdate_range("2026-01-01", periods=31)
    closes = 100 + np.random.default_rng(8).normal(0, 1, (31, 2))
    found = window_correlations(closes, dates.to_numpy())
    assert [found[name].count[0, 1] for name in ("1m", "3y", "20d", "60d")] == [
        (dates > dates[-1] - pd.DateOffset(months=1)).sum(), 30, 20, 30
    ]  # fmt: skip


def test_the_last_dates_of_a_pair_are_those_on_which_the_exchanges_of_both_are_open():
    """Every fifth date the second exchange is closed; the third asset, on the first, misses the last date but two."""
    dates = pd.bdate_range("2026-01-01", periods=101)
    is_open = np.ones((101, 2), dtype=bool)
    is_open[4::5, 1] = False
    closes = 100 + np.cumsum(np.random.default_rng(8).normal(0, 1, (101, 3)), axis=0)
    closes[~is_open[:, 1], 1] = NAN
    closes[-3, 2] = NAN
    found = window_correlations(closes, dates.to_numpy(), Exchanges(np.array([0, 1, 0]), is_open), ["20d", "60d"])
    assert list(found) == ["20d", "60d"]
    # 60 dates on which both are open reach back over 75: 15 times the second exchange's return spans two dates. The
    # missed date costs the third a return, beside the first a second one (over two dates), beside the second just one:
    # the date after it is one on which that exchange is closed.
    assert found["60d"].count.tolist() == [[60, 45, 58], [45, 60, 44], [58, 44, 59]]
    alone = window_correlations(closes[:, :1].repeat(2, axis=1), dates.to_numpy())
    assert alone["60d"].count[0, 1] == 60
    frame = pd.DataFrame(closes[:, [0, 2]]).pct_change(fill_method=None).iloc[-60:]
    assert found["60d"].coefficient[0, 2] == pytest.approx(frame.corr().iloc[0, 1], abs=1e-12)


@pytest.mark.parametrize("window", [20, 60])
def test_pandas_rolls_over_the_common_returns_alike(window):
    first, second = made_up(300, 2, seed=9).T
    common = pd.DataFrame({"first": first, "second": second}).dropna()
    expected = common["first"].rolling(window).corr(common["second"]).reindex(range(300))
    np.testing.assert_allclose(rolling_correlation(first, second, window), expected, atol=1e-10)


def test_the_last_of_a_rolling_correlation_is_that_of_the_matrix():
    returns = made_up(100, 2, missing=0.0)
    found = rolling_correlation(*returns.T, window=20)
    assert found[-1] == pytest.approx(correlations(returns[-20:]).coefficient[0, 1], abs=1e-12)
    with pytest.raises(ValueError, match="at least 2"):
        rolling_correlation(*returns.T, window=1)
