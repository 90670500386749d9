"""Portfolios and what is known of the assets they hold."""

from portfolio.models.asset_metrics import AssetPerformanceMetrics, AssetPerformanceMetricsRow
from portfolio.models.correlations import AssetCorrelation, AssetCorrelationRow

__all__ = ["AssetCorrelation", "AssetCorrelationRow", "AssetPerformanceMetrics", "AssetPerformanceMetricsRow"]
