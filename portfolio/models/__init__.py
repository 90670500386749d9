"""Portfolios: what happened, what it was worth, what is wanted, and what was decided."""

from portfolio.models.alerts import Alert, AlertLimit
from portfolio.models.allocations import PortfolioAllocation
from portfolio.models.benchmarks import PortfolioBenchmark
from portfolio.models.performance import PortfolioPerformanceHistory, ValuationState
from portfolio.models.portfolios import Portfolio
from portfolio.models.rebalancing import RebalancingEvent, RebalancingStep
from portfolio.models.risk import PortfolioRiskMetrics
from portfolio.models.transactions import Transaction

__all__ = [
    "Alert",
    "AlertLimit",
    "Portfolio",
    "PortfolioAllocation",
    "PortfolioBenchmark",
    "PortfolioPerformanceHistory",
    "PortfolioRiskMetrics",
    "RebalancingEvent",
    "RebalancingStep",
    "Transaction",
    "ValuationState",
]
