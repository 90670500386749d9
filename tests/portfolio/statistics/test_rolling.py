"""Volatility and Sharpe ratio over the last returns, session by session."""

import numpy as np
import pandas as pd
import pytest

from portfolio.calc.statistics import Track, rolling_sharpe, rolling_volatility
from portfolio.calc.statistics.ratios import sharpe_ratio
from portfolio.calc.statistics.risk import volatility
from tests.portfolio.statistics.tracks import from_returns, made_up, track

approx = pytest.approx


def test_by_hand():
    # +10 %, -10 %, +10 %: the last two differ by 0.2: std = 0.2 / sqrt(2); their mean is 0
    found = from_returns([0.1, -0.1, 0.1], risk_free=0.0)
    assert rolling_volatility(found, 2)[1:] == approx([100 * 0.2 / np.sqrt(2) * np.sqrt(252)] * 2)
    assert rolling_sharpe(found, 2)[1:] == approx([0.0, 0.0], abs=1e-9)
    assert np.isnan([rolling_volatility(found, 2)[0], rolling_sharpe(found, 2)[0]]).all()


@pytest.mark.parametrize("window", [2, 20, 252, 700])
def test_the_last_window_is_the_statistic_of_its_returns(window):
    one = made_up(700)
    last = Track(one.values[-window - 1 :], one.dates[-window - 1 :], risk_free=one.risk_free)
    assert rolling_volatility(one, window)[-1] == approx(volatility(last), rel=1e-9)
    assert rolling_sharpe(one, window)[-1] == approx(sharpe_ratio(last), rel=1e-9)


def test_pandas_finds_the_same():
    one = made_up(700)
    excess = pd.Series(one.excess).rolling(60)
    assert rolling_volatility(one, 60) == approx(100 * excess.std().to_numpy() * np.sqrt(252), rel=1e-9, nan_ok=True)
    sharpe = (excess.mean() / excess.std()).to_numpy() * np.sqrt(252)
    assert rolling_sharpe(one, 60) == approx(sharpe, rel=1e-9, abs=1e-9, nan_ok=True)


def test_later_sessions_change_nothing():
    one = made_up(700)
    early = Track(one.values[:401], one.dates[:401], risk_free=one.risk_free)
    for figure in (rolling_sharpe, rolling_volatility):
        assert figure(early, 60) == approx(figure(one, 60)[:400], rel=1e-12, nan_ok=True)


def test_too_short_too_calm_and_too_narrow():
    assert np.isnan(rolling_sharpe(track([100, 101, 99]), 252)).tolist() == [True, True]
    assert len(rolling_volatility(track([100]), 20)) == 0
    calm = from_returns([0.001] * 30)
    assert rolling_volatility(calm, 20)[-1] == approx(0.0, abs=1e-9)
    assert np.isnan(rolling_sharpe(calm, 20)).all()
    with pytest.raises(ValueError, match="a window of 1 has no standard deviation"):
        rolling_sharpe(calm, 1)
