"""Portfolios: what happened, what it was worth, what is wanted, and what was decided; what is known of their assets."""

from portfolio.models.alerts import Alert, AlertLimit
from portfolio.models.allocations import PortfolioAllocation
from portfolio.models.asset_metrics import AssetPerformanceMetrics, AssetPerformanceMetricsRow
from portfolio.models.benchmarks import PortfolioBenchmark
from portfolio.models.correlations import AssetCorrelation, AssetCorrelationRow
from portfolio.models.performance import PortfolioPerformanceHistory, ValuationState
from portfolio.models.portfolios import Portfolio
from portfolio.models.rebalancing import RebalancingEvent, RebalancingStep
from portfolio.models.risk import PortfolioRiskMetrics
from portfolio.models.transactions import Transaction

__all__ = [
    "Alert",
    "AlertLimit",
    "AssetCorrelation",
    "AssetCorrelationRow",
    "AssetPerformanceMetrics",
    "AssetPerformanceMetricsRow",
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
