"""Checks and conversions of daily bars: NumPy in, verdicts out. See docs/data-formats.md for the reason codes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from market.calc.duplicates import duplicates_check
from market.calc.findings import Findings

PRICES = ("open", "high", "low", "close")
_FIGURES = (*PRICES, "volume", "trading_value", "market_cap", "shares_outstanding", "factor")
RELATIVE_TOLERANCE = 1e-4  # rounding of adjusted prices to 4 decimals or to whole won
_TICKS = {"KRW": 1.0, "JPY": 0.1, "VND": 10.0}
_SMALLEST_TICK = 1e-4
EARLIEST = np.datetime64("1900-01-01")
LARGEST = 1e20  # of any price, amount or factor; 1 / LARGEST is the smallest above 0: a quotient of two stays finite


@dataclass(frozen=True)
class Bars:
    """Columns of equal length; ``ticker`` indexes a list kept elsewhere. NaN: unknown. ``factor`` NaN: not given."""

    ticker: np.ndarray  # int
    date: np.ndarray  # datetime64[D]
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    trading_value: np.ndarray
    market_cap: np.ndarray
    shares_outstanding: np.ndarray
    factor: np.ndarray
    no_trade: np.ndarray  # bool

    def __len__(self) -> int:
        return len(self.close)

    def take(self, rows: np.ndarray) -> "Bars":
        """The bars of ``rows`` (mask or positions)."""
        return Bars(**{name: values[rows] for name, values in vars(self).items()})


def bars_check(
    bars: Bars, findings: Findings, *, currency: str, today: np.datetime64, is_index: np.ndarray | None = None
) -> Bars:
    """Refuse impossible bars, turn suspension rows into no-trade bars and clip highs and lows off by rounding.

    Returns the bars as they are to be stored (same length; refused rows are marked in ``findings``).
    """
    missing = np.isnan(bars.close)
    findings.reject(
        missing | (bars.close <= 0), column="close", reason="non_positive_price", message=_shown("close", bars.close)
    )
    findings.reject(
        np.isnat(bars.date) | (bars.date > today),
        column="date",
        reason="future_date",
        message=lambda row: f"date {bars.date[row]} is missing or after today at the exchange ({today})",
    )
    findings.reject(
        bars.date < EARLIEST,
        column="date",
        reason="bad_date",
        message=lambda row: f"date {bars.date[row]} is before {EARLIEST}",
    )
    bars = suspended_fill(bars)
    for name in _FIGURES:
        values = getattr(bars, name)
        findings.reject(
            (values > LARGEST) | ((values > 0) & (values < 1 / LARGEST)),
            column="adjustment_factor" if name == "factor" else name,
            reason="out_of_range",
            message=_shown(name, values),
        )
    for name in ("open", "high", "low"):
        values = getattr(bars, name)
        findings.reject(values <= 0, column=name, reason="non_positive_price", message=_shown(name, values))
    for name in ("volume", "trading_value", "market_cap", "shares_outstanding"):
        values = getattr(bars, name)
        findings.reject(values < 0, column=name, reason="negative_amount", message=_shown(name, values))
    findings.reject(
        bars.factor <= 0, column="adjustment_factor", reason="bad_factor", message=_shown("factor", bars.factor)
    )
    tick = np.full(len(bars), _TICKS.get(currency, _SMALLEST_TICK))
    bars = _order_check(bars, findings, tick if is_index is None else np.where(is_index, np.nan, tick))
    _duplicates_check(bars, findings)
    return bars


def suspended_fill(bars: Bars) -> Bars:
    """Zero open, high and low with a positive close: open = high = low = close, nothing traded."""
    halted = (bars.open == 0) & (bars.high == 0) & (bars.low == 0) & (bars.close > 0)
    if not halted.any():
        return bars
    filled = {name: np.where(halted, bars.close, getattr(bars, name)) for name in ("open", "high", "low")}
    return replace(
        bars,
        **filled,
        no_trade=bars.no_trade | halted,
        volume=np.where(halted, 0.0, bars.volume),
        trading_value=np.where(halted & ~np.isnan(bars.trading_value), 0.0, bars.trading_value),
    )


def _order_check(bars: Bars, findings: Findings, tick: np.ndarray) -> Bars:
    """low <= open, close <= high; within rounding they are clipped to that, beyond it refused.

    ``tick`` NaN (an index): clipped however far off, since a level is no trade and its session must not be lost.
    """
    top = np.fmax(np.fmax(bars.open, bars.close), bars.low)
    bottom = np.fmin(np.fmin(bars.open, bars.close), bars.high)
    excess = np.fmax(np.fmax(top - bars.high, bars.low - bottom), 0.0)
    beyond = excess > np.fmax(bars.close * RELATIVE_TOLERANCE, tick) * (1 + 1e-9)
    findings.reject(
        beyond & ~np.isnan(tick),
        column="high",
        reason="ohlc_order",
        message=lambda row: (
            f"open {bars.open[row]:g}, high {bars.high[row]:g}, low {bars.low[row]:g}, close {bars.close[row]:g}:"
            " high or low is inside the bar"
        ),
    )
    clipped = (excess > 1e-12 * bars.close) & ~findings.rejected
    findings.flag(clipped & ~beyond, "ohlc_rounded")
    findings.flag(clipped & beyond, "ohlc_clipped")
    high = np.where(clipped & ~np.isnan(bars.high), np.fmax(bars.high, top), bars.high)
    low = np.where(clipped & ~np.isnan(bars.low), np.fmin(bars.low, bottom), bars.low)
    return replace(bars, high=high, low=low)


def _duplicates_check(bars: Bars, findings: Findings) -> None:
    """One row for each ticker and date."""
    duplicates_check(
        findings,
        keys=(bars.ticker, bars.date),
        figures=[getattr(bars, name) for name in _FIGURES],
        message=lambda row: f"several rows of this ticker on {bars.date[row]} with different figures",
    )


def _shown(name: str, values: np.ndarray) -> Callable[[int], str]:
    return lambda row: f"{name} is missing" if np.isnan(values[row]) else f"{name} is {values[row]:g}"
