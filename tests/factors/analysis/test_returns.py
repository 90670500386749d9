"""Forward returns, worked out by hand."""

import numpy as np
import pytest

from factors.calc.analysis.coefficients import pearson_ic, rank_ic
from factors.calc.analysis.returns import carried, demeaned, forward_returns

NAN = np.nan
DAYS = np.array([100, 101, 102, 105, 106])


def test_a_return_counts_sessions():
    close = np.array([[100.0], [110.0], [99.0], [198.0]])
    np.testing.assert_allclose(forward_returns(close, 4, 1), [[0.1], [-0.1], [1.0], [NAN]], atol=1e-15)
    np.testing.assert_allclose(forward_returns(close, 3, 2), [[-0.01], [0.8], [NAN]], atol=1e-15)
    assert np.isnan(forward_returns(close, 4, 9)).all()


def test_a_name_that_stops_trading_keeps_its_last_close():
    """Traded at 10, 12, then never again: +20 %, then nothing more."""
    close = carried(np.array([[10.0], [12.0], [NAN], [NAN], [NAN]]), DAYS, np.zeros(1, int))
    np.testing.assert_allclose(forward_returns(close, 5, 2)[:, 0], [0.2, 0.0, 0.0, NAN, NAN], atol=1e-15)


def test_bars_after_the_last_listed_day_do_not_count():
    """Delisted on day 102 at 9; the bars at 50 are another company's."""
    close = carried(np.array([[10.0], [12.0], [9.0], [50.0], [50.0]]), DAYS, np.array([102]))
    assert close[:, 0].tolist() == [10.0, 12.0, 9.0, 9.0, 9.0]


def test_gaps_and_what_is_no_price():
    given = np.array([[NAN, 5.0], [7.0, 0.0], [NAN, -1.0], [8.0, np.inf], [NAN, 6.0]])
    np.testing.assert_array_equal(
        carried(given, DAYS, np.zeros(2, int)), [[NAN, 5.0], [7.0, 5.0], [7.0, 5.0], [8.0, 5.0], [8.0, 6.0]]
    )
    assert np.isnan(given[0, 0])  # the input is left alone
    assert given[2, 1] == -1.0


def test_demeaned_by_session():
    returns = np.array([[0.01, 0.03, 0.50], [NAN, 0.04, 0.02], [NAN, NAN, 0.1]])
    sample = np.array([[True, True, False], [True, True, True], [True, True, False]])
    found = demeaned(returns, sample)
    np.testing.assert_allclose(found[:2], [[-0.01, 0.01, 0.48], [NAN, 0.01, -0.01]], atol=1e-15)
    assert np.isnan(found[2]).all()


def test_an_information_coefficient_by_hand():
    """Ranks 1 2 3 4 against 2 1 4 3: 1 - 6 x 4 / (4 x 15) = 0.6."""
    score, returns = np.array([[0.1, 0.2, 0.5, 3.0]]), np.array([[0.02, 0.01, 0.09, 0.03]])
    assert rank_ic(score, returns)[0] == pytest.approx(0.6, abs=1e-15)
    assert pearson_ic(score, returns)[0] == pytest.approx(np.corrcoef(score[0], returns[0])[0, 1], abs=1e-15)


def test_ranks_are_taken_anew_where_some_returns_are_unknown():
    """Without the third name: 1 2 3 against 2 1 3 gives 0.5 (over all scores it would not)."""
    score, returns = np.array([[1.0, 2.0, 3.0, 4.0]] * 2), np.array([[5.0, 4.0, NAN, 6.0], [1.0, 2.0, 3.0, 4.0]])
    np.testing.assert_allclose(rank_ic(score, returns), [0.5, 1.0], atol=1e-15)
