"""Funds that the answers of each subject are about."""

from etfs.models import ETF
from tests.etfs.builder import composition, daily, fund, line, stock


def korea() -> ETF:
    """069500 of KR: two compositions of three lines, three days of figures."""
    held = fund("KR", "069500", assets=5e12, name="KODEX 200", category="INDEX", issuer="Samsung", expense_ratio="0.15")
    composition(held, "2024-06-27", {"005930": 60, "000660": 39, "cash": 1})
    lines = [
        line("005930", "61.5", 1, shares="1200", market_value="98400000.50"), line("035420", "37.25", 2),
        line("cash", "1.25", 3),
    ]  # fmt: skip
    composition(held, "2024-06-28", lines)
    daily(held, "2024-06-26", nav=98, close="98.2", total_assets=4e12, volume=900, net_flow=-2e9)
    daily(held, "2024-06-27", nav=99, close="99.1", total_assets="4100000000000.25", volume=1000, net_flow=5e9)
    daily(held, "2024-06-28", nav=100, close="100.3", total_assets=5e12, volume=1500, net_flow=None)
    return held


def america() -> ETF:
    """VTI of US, in dollars: 005930 of KR among its lines, and one that nobody knows."""
    held = fund("US", "VTI", assets=1e9, name="Total Market", category="INDEX", issuer="Vanguard", expense_ratio="0.03")
    stock("US", "AAPL", sector="Technology")
    lines = [
        line("AAPL", "70.125", 1, shares=10, market_value="2500000", country="United States"),
        line("005930", "20", 2, listing="KR", market_value="713000"),
        line("", "9.875", 3, name="Private Co", identifier="US0000000001"),
    ]  # fmt: skip
    composition(held, "2024-06-28", lines)
    return held


def twins() -> tuple[ETF, ETF]:
    """One ticker, listed in two regions."""
    pair = fund("HK", "2800", name="Tracker"), fund("JP", "2800", name="Another")
    composition(pair[0], "2024-06-28", {"0005": 60, "0700": 40})
    return pair
