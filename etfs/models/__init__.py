"""Tables of ETFs: what they are, what they hold, how they went, and where that is known from."""

from etfs.models.choices import Category, Kind, Severity, SnapshotState, Tier
from etfs.models.collections import CollectItem, CollectRun
from etfs.models.funds import ETF, ETFDailyStat
from etfs.models.holdings import ETFHolding, HoldingFinding, HoldingLine, Snapshot
from etfs.models.payloads import Payload

__all__ = [
    "ETF",
    "Category",
    "CollectItem",
    "CollectRun",
    "ETFDailyStat",
    "ETFHolding",
    "HoldingFinding",
    "HoldingLine",
    "Kind",
    "Payload",
    "Severity",
    "Snapshot",
    "SnapshotState",
    "Tier",
]
