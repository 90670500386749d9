"""The admin of portfolios, one file per kind of page."""

from portfolio.admin import (
    alerts,
    asset_metrics,
    correlations,
    figures,
    portfolios,
    rebalancing,
    transactions,
)

__all__ = [
    "alerts",
    "asset_metrics",
    "correlations",
    "figures",
    "portfolios",
    "rebalancing",
    "transactions",
]
