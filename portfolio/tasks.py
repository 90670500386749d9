"""Entry points of the background workers: plain ids in, one service call."""

from collections import Counter

from portfolio.services.rebalancing_check import rebalancing_check
from portfolio.services.snapshots import portfolios_snapshot


def value_portfolio(portfolio_id: int) -> str:
    """Bring one portfolio up to date; why not, or nothing."""
    return "; ".join(one.error for one in portfolios_snapshot(ids=[portfolio_id]))


def snapshot_all() -> dict[str, int]:
    """Bring every portfolio up to date; how many, and how many could not be."""
    done = portfolios_snapshot()
    return {"portfolios": len(done), "failed": sum(bool(one.error) for one in done)}


def check_rebalancing() -> dict[str, int]:
    """Propose plans for the portfolios whose time has come; by outcome, how many."""
    return dict(Counter(one.outcome.value for one in rebalancing_check()))
