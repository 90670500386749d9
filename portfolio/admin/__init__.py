"""The admin of portfolios, one file per kind of page."""

from portfolio.admin import risk

__all__ = ["risk"]
