"""All indicators of all assets of a panel."""

from dataclasses import replace

import numpy as np

from factors.library.low_volatility import Beta
from market.panel import Panel
from portfolio.calc.indicators.risk import VOLATILITIES, sharpe, volatilities
from portfolio.calc.indicators.technical import IN_PRICE, technical_indicators
from portfolio.calc.indicators.trailing_returns import HORIZONS, trailing_returns
from portfolio.calc.statistics.moments import SESSIONS_A_YEAR

LOOKBACK = 1_320  # bars: five years of weekdays and a few

INDICATORS = dict.fromkeys(IN_PRICE, "price") | {
    "rsi_14": "0-100",
    "stochastic_k": "0-100",
    "stochastic_d": "0-100",
    "obv": "shares",
    **{f"volatility_{window}d": "%" for window in VOLATILITIES},
    "beta": "ratio",
    "sharpe_ratio": "ratio",
    **dict.fromkeys(HORIZONS, "%"),
}  # by name, the unit


def indicators_of(panel: Panel, risk_free: float = 0.02) -> dict[str, np.ndarray]:
    """Every indicator of ``INDICATORS`` by name, float64 [N], NaN where an asset has too few bars for it.

    Each as of the asset's own last bar on or before the panel's date: ask ``panel.is_quoted`` which of them are of that
    date. The panel needs ``LOOKBACK`` bars and low prices; returns further back than its bars are NaN. ``risk_free``:
    fraction a year. ``beta`` is the factor of that name: on the region's index.
    """
    year = panel.close[-SESSIONS_A_YEAR - 1 :]
    returns = year[1:] / year[:-1] - 1.0
    figures = {
        **technical_indicators(panel.high, panel.low, panel.close, panel.volume),
        **volatilities(returns),
        "beta": Beta().compute(_newest(panel, Beta.lookback)),
        "sharpe_ratio": sharpe(returns, risk_free),
        **trailing_returns(panel.days, panel.close),
    }
    return {name: figures[name] for name in INDICATORS}


def _newest(panel: Panel, bars: int) -> Panel:
    """The panel with its last ``bars`` alone: joining five years with the index would take longer than all the rest."""
    series = ("days", "close", "high", "volume", "trading_value")
    return replace(panel, **{name: getattr(panel, name)[-bars:] for name in series})
