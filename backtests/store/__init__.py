"""Bulk reads and writes of backtests."""

from backtests.store.results import Rows, results_write
from backtests.store.sweeps import Worked, shared_lock, variants_claim, variants_write

__all__ = ["Rows", "Worked", "results_write", "shared_lock", "variants_claim", "variants_write"]
