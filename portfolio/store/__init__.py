"""Bulk reads and writes of portfolios and of the figures of assets."""

from portfolio.store.asset_metrics import asset_metrics_write
from portfolio.store.correlations import bars_revision, correlations_read, correlations_write, is_outdated
from portfolio.store.locks import correlations_lock, metrics_lock

__all__ = [
    "asset_metrics_write",
    "bars_revision",
    "correlations_lock",
    "correlations_read",
    "correlations_write",
    "is_outdated",
    "metrics_lock",
]
