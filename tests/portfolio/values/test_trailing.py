"""Statistics of the last 252 sessions against pandas and empyrical, session by session."""

import empyrical
import numpy as np
import pandas as pd
import pytest

from portfolio.calc.trailing import LEAST, WINDOW, trailing

approx = pytest.approx

RISK_FREE = 0.02
DAILY = 1.02 ** (1 / 252) - 1


@pytest.fixture(scope="module")
def series() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    market = rng.normal(0.0004, 0.01, 700)
    return 0.7 * market + rng.normal(0.0002, 0.006, 700), market


@pytest.mark.parametrize("at", [LEAST - 1, 60, WINDOW - 1, WINDOW, 500, 699])
def test_each_session_is_that_of_its_own_year(series, at):
    found = trailing(*series, risk_free=RISK_FREE)
    own, other = (one[max(0, at - WINDOW + 1) : at + 1] for one in series)
    assert found.volatility[at] == approx(100 * empyrical.annual_volatility(own))
    assert found.sharpe_ratio[at] == approx(empyrical.sharpe_ratio(own, risk_free=DAILY))
    assert found.var_95[at] == approx(-100 * pd.Series(own).quantile(0.05))
    slope, intercept = np.polyfit(other, own, 1)
    assert (found.beta[at], found.alpha[at]) == approx((slope, 25_200 * intercept))


def test_too_few_returns_have_no_statistics(series):
    found = trailing(*series, risk_free=RISK_FREE)
    for figures in found:
        assert np.isnan(figures[: LEAST - 1]).all()
        assert np.isfinite(figures[LEAST - 1 :]).all()


def test_the_last_sessions_alone_are_the_same(series):
    whole = trailing(*series, risk_free=RISK_FREE)
    recent = trailing(*(one[-260:] for one in series), risk_free=RISK_FREE, first=252)
    for figures, last in zip(whole, recent, strict=True):
        assert last.tolist() == figures[-8:].tolist()


def test_missing_returns_are_left_out(series):
    own, other = (one[:100].copy() for one in series)
    own[[3, 50]], other[[7, 60]] = np.nan, np.nan
    found = trailing(own, other, risk_free=RISK_FREE)
    known = own[np.isfinite(own)]
    assert found.volatility[-1] == approx(100 * known.std(ddof=1) * 252**0.5)
    both = np.isfinite(own) & np.isfinite(other)
    assert found.beta[-1] == approx(np.polyfit(other[both], own[both], 1)[0])


def test_what_does_not_move_has_no_ratios():
    found = trailing(np.full(30, 0.001), np.zeros(30), risk_free=RISK_FREE)
    assert found.volatility[-1] == approx(0, abs=1e-9)
    assert np.isnan([found.sharpe_ratio[-1], found.beta[-1], found.alpha[-1]]).all()


def test_no_returns_at_all():
    assert [len(figures) for figures in trailing(np.zeros(0), np.zeros(0), risk_free=0.0)] == [0] * 5
