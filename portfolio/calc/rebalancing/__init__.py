"""Am I off target, is it time, and what exactly should I trade?

``Book`` (positions, cash, wanted weights) in; ``drift_analysis``, triggers and ``rebalancing_plan`` out. Percent as
percent (12.5 means 12.5 %), money in the portfolio's currency. Definitions: FORMULAS.md section 8 and
docs/portfolio-rebalancing.md.
"""

from portfolio.calc.rebalancing.book import CASH, CENT, NEAR, WHOLE, Band, Book, BookError, Position
from portfolio.calc.rebalancing.costs import Costs
from portfolio.calc.rebalancing.drift import Drift, DriftAnalysis, drift_analysis
from portfolio.calc.rebalancing.exchange import cash_exchanges, coin_of
from portfolio.calc.rebalancing.goals import BAND, CASH_ONLY, FULL, MODES
from portfolio.calc.rebalancing.plan import Plan, PlannedTrade, rebalancing_plan
from portfolio.calc.rebalancing.triggers import FREQUENCIES, Trigger, next_period, schedule_trigger, threshold_trigger

__all__ = [
    "BAND", "CASH", "CASH_ONLY", "CENT", "FREQUENCIES", "FULL", "MODES", "NEAR", "WHOLE", "Band", "Book", "BookError",
    "Costs", "Drift", "DriftAnalysis", "Plan", "PlannedTrade", "Position", "Trigger", "cash_exchanges", "coin_of",
    "drift_analysis", "next_period", "rebalancing_plan", "schedule_trigger", "threshold_trigger",
]  # fmt: skip
