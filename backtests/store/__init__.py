"""Bulk writes of backtests."""

from backtests.store.results import Rows, results_write

__all__ = ["Rows", "results_write"]
