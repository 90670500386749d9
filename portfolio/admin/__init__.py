"""The admin of portfolios, one file per kind of page."""

from portfolio.admin import alerts, figures, portfolios, transactions

__all__ = ["alerts", "figures", "portfolios", "transactions"]
