"""Two funds with two compositions each; every trade between them can be worked out by hand."""

import pytest

from etfs.models import ETF
from tests.etfs.builder import composition, daily, fund, line, stock

BEFORE, AFTER = "2024-06-27", "2024-06-28"


@pytest.fixture
def growth(db) -> ETF:
    """X: 100 shares, then 120; Y: 60, then 20; Z gone, W new. Prices 50, W 100. Worth 10,000 on both days."""
    held = fund("US", "GRO", assets=2e9, name="Growth Fund", issuer="House", category="THEME", expense_ratio="0.75")
    stock("US", "X", sector="Technology")
    stock("US", "W", sector="Energy")
    composition(held, BEFORE, [
        line("X", 50, 1, shares=100, market_value=5000), line("Y", 30, 2, shares=60, market_value=3000),
        line("Z", 20, 3, shares=40, market_value=2000),
    ])  # fmt: skip
    composition(held, AFTER, [
        line("X", 60, 1, shares=120, market_value=6000), line("W", 30, 2, shares=30, market_value=3000),
        line("Y", 10, 3, shares=20, market_value=1000),
    ])  # fmt: skip
    daily(held, "2024-06-26", nav=100, close=99, total_assets=1.5e9, shares_outstanding=15_000_000, net_flow=None)
    daily(held, BEFORE, nav=100, close=101, total_assets=1.8e9, shares_outstanding=18_000_000, net_flow=3e8)
    daily(held, AFTER, nav=100, close="100.5", total_assets=2e9, shares_outstanding=20_000_000, net_flow=2e8)
    return held


@pytest.fixture
def value(db) -> ETF:
    """V splits two for one; X stays. Nothing is traded."""
    held = fund("US", "VAL", assets=1e9, name="Value Fund", issuer="Other House", expense_ratio="0.25")
    composition(held, BEFORE, [
        line("V", 80, 1, shares=100, market_value=4000), line("X", 20, 2, shares=20, market_value=1000),
    ])  # fmt: skip
    composition(held, AFTER, [
        line("V", 80, 1, shares=200, market_value=4000), line("X", 20, 2, shares=20, market_value=1000),
    ])  # fmt: skip
    return held
