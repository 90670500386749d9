"""Data operations of portfolios, one module per kind of row; each registers its pages."""

from portfolio.admin import rebalancing

__all__ = ["rebalancing"]
