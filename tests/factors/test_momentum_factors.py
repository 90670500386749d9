"""What rises: every number worked out by hand from FORMULAS.md section 3."""

import numpy as np
import pytest

from tests.factors.market_builder import codes, make_panel, values

approx = pytest.approx

NAN = np.nan


def prices(count: int, **at: float) -> np.ndarray:
    """``count`` closes of 100 in one column; ``t5=120`` puts 120 five bars before the last."""
    close = np.full((count, 1), 100.0)
    for key, price in at.items():
        close[-1 - int(key[1:]), 0] = price
    return close


@pytest.mark.parametrize(
    ("name", "k"), [("momentum_1m", 20), ("momentum_3m", 60), ("momentum_6m", 120), ("momentum_12m", 240)]
)
def test_momentum_is_the_return_over_k_bars_and_needs_k_plus_one(name, k):
    close = prices(k + 1, t0=130.0, **{f"t{k}": 80.0})
    assert values(make_panel(close), name) == [approx(62.5)]  # 100 x (130 / 80 - 1)

    one_short = close[1:]
    assert np.isnan(values(make_panel(one_short), name))
    assert codes(make_panel(one_short), name) == ["insufficient_history"]


def test_momentum_counts_the_bars_of_a_young_column_not_the_rows_of_the_panel():
    close = np.full((40, 2), 100.0)
    close[-1] = 110.0
    close[:20, 1] = NAN  # 20 bars: one too few
    assert values(make_panel(close), "momentum_1m") == [approx(10.0), approx(NAN, nan_ok=True)]
    close[19, 1] = 55.0  # the 21st bar
    assert values(make_panel(close), "momentum_1m") == [approx(10.0), approx(100.0)]  # 110 / 55


def test_price_momentum_12m_leaves_out_the_last_month():
    close = prices(253, t252=50.0, t21=75.0, t20=1000.0, t0=3.0)
    assert values(make_panel(close), "price_momentum_12m") == [approx(50.0)]  # 100 x (P[t-21] / P[t-252] - 1)
    assert codes(make_panel(close[1:]), "price_momentum_12m") == ["insufficient_history"]


def test_rsi_by_hand():
    # 15 closes, 14 changes: ten of +1, four of -1. Averages 10/14 and 4/14: RSI = 100 x 10 / 14.
    changes = [1, 1, 1, -1, 1, 1, -1, 1, 1, -1, 1, 1, -1, 1]
    close = np.cumsum([100.0, *changes])[:, None]
    assert values(make_panel(close), "rsi_momentum") == [approx(100 * 10 / 14)]

    # One more change of -5: gain (13 x 10/14 + 0)/14, loss (13 x 4/14 + 5)/14; RSI = 100 x g / (g + l).
    further = np.append(close[:, 0], close[-1, 0] - 5.0)[:, None]
    gain, loss = 13 * 10 / 14, 13 * 4 / 14 + 5
    assert values(make_panel(further), "rsi_momentum") == [approx(100 * gain / (gain + loss))]


def test_rsi_extremes_and_shortest_history():
    rising, falling, flat = np.arange(1.0, 41.0), np.arange(40.0, 0.0, -1.0), np.full(40, 7.0)
    panel = make_panel(np.column_stack([rising, falling, flat]))
    assert values(panel, "rsi_momentum") == [100.0, 0.0, 50.0]
    assert codes(make_panel(rising[:15, None]), "rsi_momentum") == ["small_cross_section"]
    assert codes(make_panel(rising[:14, None]), "rsi_momentum") == ["insufficient_history"]


def test_rsi_looks_at_the_last_252_bars_only():
    # A crash before the last 252 bars must leave no trace: 251 rises follow it.
    close = np.concatenate([[5000.0, 4000.0, 90.0], np.arange(100.0, 352.0)])[:, None]
    assert len(close) == 255
    assert values(make_panel(close), "rsi_momentum") == [100.0]


def test_fifty_two_week_high_uses_the_highs_of_252_bars():
    close = prices(253, t0=90.0)
    high = close.copy()
    high[-100, 0] = 120.0
    high[0, 0] = 500.0  # 253rd bar back: outside
    assert values(make_panel(close, high=high), "fifty_two_week_high") == [approx(75.0)]  # 90 / 120


def test_fifty_two_week_high_needs_126_bars():
    assert values(make_panel(prices(126)), "fifty_two_week_high") == [100.0]
    assert codes(make_panel(prices(125)), "fifty_two_week_high") == ["insufficient_history"]


def test_volume_weighted_momentum_weighs_returns_from_t_251_to_t_21():
    close, volume = prices(253), np.full((253, 1), 1.0)
    # 231 returns. Only two moves inside: +10 % at t-251 with volume 30, then back at t-250 (-1/11) with volume 11.
    close[-252, 0], volume[-252, 0], volume[-251, 0] = 110.0, 30.0, 11.0
    expected = 100 * (30 * 0.10 - 11 * (1 / 11)) / (229 + 30 + 11)
    assert values(make_panel(close, volume=volume), "volume_weighted_momentum") == [approx(expected)]


@pytest.mark.parametrize("back", [0, 1, 19, 20])
def test_volume_weighted_momentum_ignores_the_last_21_returns(back):
    close, volume = prices(253), np.full((253, 1), 1.0)
    close[-1 - back :, 0] = 150.0  # one return of +50 % at t - back, d ends at t-21
    volume[-1 - back, 0] = 1000.0
    assert values(make_panel(close, volume=volume), "volume_weighted_momentum") == [0.0]


def test_volume_weighted_momentum_includes_the_return_of_t_21():
    close, volume = prices(253), np.full((253, 1), 2.0)
    close[-22:, 0] = 150.0
    assert values(make_panel(close, volume=volume), "volume_weighted_momentum") == [approx(100 * 0.5 / 231)]


def test_volume_weighted_momentum_without_volume():
    assert codes(make_panel(prices(253), volume=0.0), "volume_weighted_momentum") == ["non_positive_denominator"]
    assert codes(make_panel(prices(253), volume=None), "volume_weighted_momentum") == ["missing_field"]
    assert codes(make_panel(prices(252)), "volume_weighted_momentum") == ["insufficient_history"]
