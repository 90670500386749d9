"""The admin of portfolios, one file per kind of page."""

from portfolio.admin import asset_metrics, correlations, rebalancing, risk

__all__ = ["asset_metrics", "correlations", "rebalancing", "risk"]
