"""Tables of backtests."""

from backtests.models.jobs import BacktestJob, Status
from backtests.models.results import (
    BacktestCondition,
    BacktestEvent,
    BacktestHolding,
    BacktestSnapshot,
    BacktestStatistics,
    BacktestTrade,
)
from backtests.models.sessions import BacktestSession
from backtests.models.sweeps import BacktestSweep, BacktestVariant

__all__ = [
    "BacktestCondition",
    "BacktestEvent",
    "BacktestHolding",
    "BacktestJob",
    "BacktestSession",
    "BacktestSnapshot",
    "BacktestStatistics",
    "BacktestSweep",
    "BacktestTrade",
    "BacktestVariant",
    "Status",
]
