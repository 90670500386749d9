"""Technical indicators of each asset's last bar, by TA-Lib."""

from collections.abc import Iterator

import numpy as np
import talib

from market.calc.windows import LastWindow

# Of two years, what the first bar gives an exponential or Wilder average has faded below the precision of a float: more
# bars would change nothing. So the figures do not depend on how many bars were loaded.
WARM_UP = 504
BLOCK = 1024  # columns at a time: memory that is used again is several times as fast as new one
RSI_BARS = STOCHASTIC_BARS = 14
SMOOTHED = 3  # bars of %K and of %D, whose simple mean is TA-Lib's default

IN_PRICE = (
    "sma_20", "sma_50", "sma_200", "ema_12", "ema_26", "macd", "macd_signal", "macd_histogram", "bollinger_upper",
    "bollinger_middle", "bollinger_lower", "atr_14",
)  # fmt: skip
NAMES = (*IN_PRICE, "stochastic_k", "stochastic_d", "obv", "rsi_14")
STOCHASTICS = [NAMES.index("stochastic_k"), NAMES.index("stochastic_d")]
OBV, RSI = NAMES.index("obv"), NAMES.index("rsi_14")


def technical_indicators(
    high: np.ndarray, low: np.ndarray, close: np.ndarray, volume: np.ndarray
) -> dict[str, np.ndarray]:
    """Every indicator as of the last row of own bars stacked by column, float [L, N]: by name, float64 [N].

    ``close`` adjusted and NaN only above a column's first bar; ``volume`` split-adjusted shares. Only the last 504 rows
    count. NaN where a column has too few bars. A bar without high or low: ATR and stochastic begin anew after it; one
    without volume adds nothing to the balance. ``obv`` starts 504 bars ago and is NaN where no volume is known.
    """
    series = [np.asarray(part[-WARM_UP:], dtype=np.float64) for part in (high, low, close, volume)]
    count = series[0].shape[1]
    blocks = [_of_block(*(part[:, i : i + BLOCK] for part in series)) for i in range(0, count, BLOCK)]
    found = np.concatenate(blocks, axis=1) if blocks else np.zeros((len(NAMES), 0))
    return dict(zip(NAMES, found, strict=True))


def since_last_gap(*series: np.ndarray) -> list[np.ndarray]:
    """The series [L, N], NaN down to the last row of each column in which one of them is missing."""
    complete = np.logical_and.reduce([~np.isnan(part) for part in series])
    kept = np.logical_and.accumulate(complete[::-1], axis=0)[::-1]
    return [np.where(kept, part, np.nan) for part in series]


def _of_block(high: np.ndarray, low: np.ndarray, close: np.ndarray, volume: np.ndarray) -> np.ndarray:
    """The figures of the last rows, in the order of ``NAMES``; float64 [len(NAMES), N]."""
    balance = np.where(np.isnan(volume), 0.0, volume)
    found = _last_of_columns([*since_last_gap(high, low), close, balance])
    found[STOCHASTICS] = np.where(_has_range(high, low), found[STOCHASTICS], np.nan)
    found[OBV] = np.where((~np.isnan(volume)).any(axis=0), found[OBV], np.nan)
    # TA-Lib calls an index without any change 0, the site's own is then 50 (FORMULAS.md section 9)
    found[RSI] = LastWindow(WARM_UP).wilder_rsi(close, RSI_BARS)
    return found


def _has_range(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Whether prices moved in the last 14 bars; where they did not, none is a place in their range."""
    highest = high[-STOCHASTIC_BARS:].max(axis=0, initial=-np.inf)
    return np.asarray(highest > low[-STOCHASTIC_BARS:].min(axis=0, initial=np.inf))


def _last_of_columns(series: list[np.ndarray]) -> np.ndarray:
    """What TA-Lib gives, NaN elsewhere. It takes one asset at a time, in contiguous memory."""
    length, count = series[0].shape
    found = np.full((len(NAMES), count), np.nan)
    if not length:
        return found
    rows = [np.ascontiguousarray(part.T) for part in series]
    for column in range(count):
        for place, figures in enumerate(_of_asset(*(part[column] for part in rows))):
            found[place, column] = figures[-1]
    return found


def _of_asset(high: np.ndarray, low: np.ndarray, close: np.ndarray, volume: np.ndarray) -> Iterator[np.ndarray]:
    """Bar by bar, float64 [L] each, in the order of the names. TA-Lib begins where all that it takes is known."""
    for period in (20, 50, 200):
        yield talib.SMA(close, period)
    for period in (12, 26):
        yield talib.EMA(close, period)
    yield from talib.MACD(close, 12, 26, 9)
    yield from talib.BBANDS(close, 20, 2, 2)
    yield talib.ATR(high, low, close, 14)
    k, d = SMOOTHED, SMOOTHED
    yield from talib.STOCH(high, low, close, fastk_period=STOCHASTIC_BARS, slowk_period=k, slowd_period=d)
    yield talib.OBV(close, volume)
