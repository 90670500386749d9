"""Technical indicators: by hand, against pandas over the whole history, and TA-Lib itself on whole columns."""

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.calc.indicators import technical, technical_indicators
from tests.portfolio.indicators.bars import NAN, Bars, listed_late, made_up
from tests.portfolio.real_prices import etf_prices


def agrees(expected, rel: float = 1e-10):
    return pytest.approx(expected, rel=rel, abs=1e-10, nan_ok=True)


def by_pandas(high: pd.Series, low: pd.Series, close: pd.Series, volume: pd.Series) -> dict[str, float]:
    """Each formula in pandas, exponential averages begun with the first bar of the series instead of a mean."""
    change = close.diff()
    up, down = (part.ewm(alpha=1 / 14, adjust=False).mean() for part in (change.clip(lower=0), -change.clip(upper=0)))
    before = close.shift()
    true_range = pd.concat([high - low, (high - before).abs(), (low - before).abs()], axis=1).max(axis=1)
    macd = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
    signal = macd.ewm(span=9, adjust=False).mean()
    middle, width = close.rolling(20).mean(), 2 * close.rolling(20).std(ddof=0)
    lowest, highest = low.rolling(14).min(), high.rolling(14).max()
    k = (100 * (close - lowest) / (highest - lowest)).rolling(3).mean()
    figures = {f"sma_{n}": close.rolling(n).mean() for n in (20, 50, 200)}
    figures |= {f"ema_{n}": close.ewm(span=n, adjust=False).mean() for n in (12, 26)}
    figures |= {"macd": macd, "macd_signal": signal, "macd_histogram": macd - signal}
    figures |= {"bollinger_upper": middle + width, "bollinger_middle": middle, "bollinger_lower": middle - width}
    figures |= {"atr_14": true_range.ewm(alpha=1 / 14, adjust=False).mean(), "rsi_14": 100 * up / (up + down)}
    figures |= {"stochastic_k": k, "stochastic_d": k.rolling(3).mean()}
    return {name: float(series.iloc[-1]) for name, series in figures.items()}


def of_column(found: dict[str, np.ndarray], column: int) -> dict[str, float]:
    return {name: float(figures[column]) for name, figures in found.items()}


def test_pandas_over_the_whole_history_finds_the_same():
    bars = made_up(length=1500, columns=5)
    found = technical_indicators(*bars)
    for column in range(5):
        expected = by_pandas(*(pd.Series(part[:, column]) for part in bars))
        ours = of_column(found, column)
        ours.pop("obv")
        assert ours == {name: agrees(figure, rel=1e-9) for name, figure in expected.items()}


def test_talib_on_whole_columns_finds_the_same():
    # 504 bars are as good as all of them; the balance of volume alone says from when on it counts
    bars = listed_late(made_up(length=1500, columns=4, seed=3), {1: 900, 2: 1200, 3: 1400})
    found = technical_indicators(*bars)
    for column in range(4):
        high, low, close, volume = (np.ascontiguousarray(part[:, column]) for part in bars)
        macd, bands = talib.MACD(close, 12, 26, 9), talib.BBANDS(close, 20, 2, 2)
        expected = {f"sma_{n}": talib.SMA(close, n) for n in (20, 50, 200)}
        expected |= {f"ema_{n}": talib.EMA(close, n) for n in (12, 26)}
        expected |= dict(zip(("macd", "macd_signal", "macd_histogram"), macd, strict=True))
        expected |= dict(zip(("bollinger_upper", "bollinger_middle", "bollinger_lower"), bands, strict=True))
        k, d = talib.STOCH(high, low, close, 14, 3, 0, 3, 0)
        expected |= {"atr_14": talib.ATR(high, low, close, 14), "rsi_14": talib.RSI(close, 14)}
        expected |= {"stochastic_k": k, "stochastic_d": d, "obv": talib.OBV(close[-504:], volume[-504:])}
        assert of_column(found, column) == {name: agrees(figure[-1], rel=1e-9) for name, figure in expected.items()}


def test_real_funds_meet_pandas(shared_data):
    prices = etf_prices(shared_data)
    funds = prices["close"].columns[prices["close"].notna().sum() > 1500][:12]
    for fund in funds:
        series = [prices[name][fund].dropna() for name in ("high", "low", "close", "volume")]
        found = of_column(technical_indicators(*(one.to_numpy(float)[:, None] for one in series)), 0)
        found.pop("obv")
        assert found == {name: agrees(figure, rel=1e-8) for name, figure in by_pandas(*series).items()}


def test_by_hand():
    # 20 bars: closes 1 to 20, highs half above, lows half below
    close = np.arange(1.0, 21.0)[:, None]
    found = of_column(technical_indicators(close + 0.5, close - 0.5, close, np.full((20, 1), 10.0)), 0)
    assert found["sma_20"] == 10.5
    spread = 2 * np.sqrt(33.25)  # the variance of 1 to 20 is (400 - 1) / 12
    assert found["bollinger_upper"] == agrees(10.5 + spread)
    assert found["bollinger_lower"] == agrees(10.5 - spread)
    assert found["ema_12"] == agrees(14.5)  # begins as mean 6.5 of the first 12; on a line it stays 5.5 bars behind
    assert found["atr_14"] == agrees(1.5)  # each high is 1.5 above the close before
    assert found["rsi_14"] == 100.0
    assert found["stochastic_k"] == agrees(100 * 13.5 / 14)  # 20 in the range from 6.5 to 20.5
    assert found["stochastic_d"] == agrees(100 * 13.5 / 14)
    assert found["obv"] == 200.0  # the first volume, then 19 rises
    assert np.isnan([found[name] for name in ("sma_50", "sma_200", "ema_26", "macd", "macd_signal")]).all()


@pytest.mark.parametrize(
    ("name", "bars"),
    [
        ("sma_20", 20), ("sma_50", 50), ("sma_200", 200), ("ema_12", 12), ("ema_26", 26), ("macd", 34),
        ("macd_signal", 34), ("macd_histogram", 34), ("bollinger_upper", 20), ("bollinger_middle", 20),
        ("bollinger_lower", 20), ("atr_14", 15), ("stochastic_k", 18), ("stochastic_d", 18), ("rsi_14", 15), ("obv", 1),
    ],
)  # fmt: skip
def test_as_many_bars_as_it_takes_and_not_one_fewer(name, bars):
    late = listed_late(made_up(length=300, columns=2), {0: 300 - bars, 1: 300 - bars + 1})
    assert np.isnan(technical_indicators(*late)[name]).tolist() == [False, True]


def test_how_many_bars_were_loaded_changes_nothing():
    bars = made_up(length=1000, columns=3)
    assert_same(technical_indicators(*bars), technical_indicators(*bars.last(504)))


def test_a_bar_without_high_begins_ranges_anew():
    bars = made_up(length=700, columns=2)
    bars.high[650, 0] = NAN
    found, whole = technical_indicators(*bars), technical_indicators(*made_up(length=700, columns=2))
    since = technical_indicators(*bars.last(49))
    for name in ("atr_14", "stochastic_k", "stochastic_d"):
        assert found[name][0] == since[name][0]
        assert found[name][1] == whole[name][1]
    for name in found.keys() - {"atr_14", "stochastic_k", "stochastic_d"}:
        assert found[name].tolist() == whole[name].tolist()


def test_unknown_volume_adds_nothing_and_none_at_all_is_no_balance():
    bars = made_up(length=60, columns=2)
    bars.volume[30, 0] = NAN
    bars.volume[:, 1] = NAN
    zero = bars.volume[:, 0].copy()
    zero[30] = 0.0
    expected = talib.OBV(np.ascontiguousarray(bars.close[:, 0]), zero)[-1]
    assert technical_indicators(*bars)["obv"] == agrees([expected, NAN])


def test_a_long_stillness_leaves_the_strength_as_it_was():
    moves = np.r_[np.tile([2.0, -1.0], 7), np.zeros(400)]  # 14 gains and losses in turns, then a suspension
    close = 0.01 * np.r_[10.0, 10.0 + np.cumsum(moves)][:, None]
    assert technical_indicators(close, close, close, close)["rsi_14"][0] == agrees(100 * 2 / 3, rel=1e-6)


def test_what_stands_still():
    still = np.full((300, 1), 7.0)
    found = of_column(technical_indicators(still, still, still, still), 0)
    assert found["rsi_14"] == 50.0
    assert np.isnan([found["stochastic_k"], found["stochastic_d"]]).all()
    assert found["atr_14"] == found["macd"] == 0.0
    assert found["bollinger_upper"] == found["bollinger_lower"] == found["sma_200"] == 7.0


@settings(max_examples=25, deadline=None)
@given(st.integers(-40, 40), st.integers(0, 1000))
def test_the_unit_of_prices_changes_nothing(power, seed):
    bars = made_up(length=250, columns=2, seed=seed)
    scale = 2.0**power
    scaled = technical_indicators(bars.high * scale, bars.low * scale, bars.close * scale, bars.volume)
    found = technical_indicators(*bars)
    plain = ("rsi_14", "stochastic_k", "stochastic_d", "obv")
    expected = {name: figures if name in plain else figures * scale for name, figures in found.items()}
    assert_same(scaled, expected)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(5)), st.integers(0, 1000))
def test_the_order_of_assets_changes_nothing(order, seed):
    bars = listed_late(made_up(length=120, columns=5, seed=seed), {0: 30, 3: 110})
    found = technical_indicators(*bars)
    assert_same(
        technical_indicators(*(part[:, order] for part in bars)), {name: part[order] for name, part in found.items()}
    )


def test_assets_are_taken_in_blocks_that_nobody_sees(monkeypatch):
    bars = listed_late(made_up(length=300, columns=5), {2: 250})
    whole = technical_indicators(*bars)
    monkeypatch.setattr(technical, "BLOCK", 2)
    for name, figures in technical_indicators(*bars).items():
        np.testing.assert_allclose(figures, whole[name], rtol=1e-14, err_msg=name)  # the index by its last bit


@pytest.mark.parametrize("shape", [(0, 3), (0, 0), (40, 0)])
def test_without_bars_or_assets_there_is_nothing(shape):
    found = technical_indicators(*Bars(*(np.full(shape, NAN) for _ in range(4))))
    assert all(figures.shape == (shape[1],) and np.isnan(figures).all() for figures in found.values())


def test_a_column_without_a_bar_is_nan():
    bars = listed_late(made_up(length=60, columns=2), {1: 60})
    assert all(np.isnan(figures[1]) for figures in technical_indicators(*bars).values())


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for name, figures in expected.items():
        np.testing.assert_array_equal(found[name], figures, err_msg=name)
