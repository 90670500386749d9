"""Statistics of a value series: one function each, found by name; ``statistics_of(Track(values, dates))`` gives all.

Percent where the unit says so (12.5 means 12.5 %), standard deviations with ddof 1, 252 sessions a year. None where
there are fewer than two returns or a denominator is zero, never NaN, infinity or an exception. Definitions: FORMULAS.md
sections 4 and 9, and docs/statistics.md.
"""

from portfolio.calc.statistics import benchmark, drawdowns, ratios, returns, risk, sharpe_tests, tails
from portfolio.calc.statistics.concentration import concentration, diversification_ratio, effective_assets
from portfolio.calc.statistics.drawdowns import Drawdown, deepest_drawdowns
from portfolio.calc.statistics.money_weighted import MoneyWeighted, money_weighted, money_weighted_return, xirr
from portfolio.calc.statistics.periods import (
    PeriodReturns,
    ReturnTable,
    monthly_returns,
    return_table,
    yearly_returns,
)
from portfolio.calc.statistics.registry import (
    Statistic,
    UnknownStatistic,
    all_statistics,
    statistic,
    statistic_named,
    statistics_of,
    unregister_statistic,
)
from portfolio.calc.statistics.risk_level import RiskLevel, RiskThresholds, risk_level
from portfolio.calc.statistics.rolling import rolling_sharpe, rolling_volatility
from portfolio.calc.statistics.sharpe_tests import deflated_sharpe_ratio, sharpe_probability
from portfolio.calc.statistics.time_weighted import time_weighted_index, time_weighted_return
from portfolio.calc.statistics.track import Track

# Importing a module of statistics registers them; a new file joins here.
MODULES = (benchmark, drawdowns, ratios, returns, risk, sharpe_tests, tails)

__all__ = [
    "Drawdown",
    "MoneyWeighted",
    "PeriodReturns",
    "ReturnTable",
    "RiskLevel",
    "RiskThresholds",
    "Statistic",
    "Track",
    "UnknownStatistic",
    "all_statistics",
    "concentration",
    "deepest_drawdowns",
    "deflated_sharpe_ratio",
    "diversification_ratio",
    "effective_assets",
    "money_weighted",
    "money_weighted_return",
    "monthly_returns",
    "return_table",
    "risk_level",
    "rolling_sharpe",
    "rolling_volatility",
    "sharpe_probability",
    "statistic",
    "statistic_named",
    "statistics_of",
    "time_weighted_index",
    "time_weighted_return",
    "unregister_statistic",
    "xirr",
    "yearly_returns",
]
