"""Indicators per asset and date: ``indicators_of(panel)`` gives all. FORMULAS.md section 7, docs/portfolio-risk.md."""

from portfolio.calc.indicators.risk import sharpe, volatilities
from portfolio.calc.indicators.table import INDICATORS, LOOKBACK, indicators_of
from portfolio.calc.indicators.technical import technical_indicators
from portfolio.calc.indicators.trailing_returns import trailing_returns

__all__ = [
    "INDICATORS",
    "LOOKBACK",
    "indicators_of",
    "sharpe",
    "technical_indicators",
    "trailing_returns",
    "volatilities",
]
