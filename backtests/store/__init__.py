"""Bulk reads and writes of backtests."""

from backtests.store.results import Rows, results_write
from backtests.store.sweeps import Worked, beside, shared_lock, sweep_tell, variants_claim, variants_write

__all__ = [
    "Rows",
    "Worked",
    "beside",
    "results_write",
    "shared_lock",
    "sweep_tell",
    "variants_claim",
    "variants_write",
]
