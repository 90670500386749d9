"""From transactions to positions, daily values, returns and where they came from; docs/portfolio-accounting.md.

``valuation(transactions, market)`` is the whole calculation, ``valuation_from(state, ...)`` the part from a day on.
"""

from portfolio.calc.accounting.attribution import Attribution, Sleeves, attribution, brinson_fachler, sleeves
from portfolio.calc.accounting.checks import problems_of
from portfolio.calc.accounting.contribution import (
    Contributions,
    contributions,
    daily_contributions,
    grouped,
    worth_of,
)
from portfolio.calc.accounting.days import Days
from portfolio.calc.accounting.errors import AccountingError, MissingPrice, MissingRate, Problem, TransactionErrors
from portfolio.calc.accounting.explain import explain_positions, explain_return, explain_value
from portfolio.calc.accounting.market import Market
from portfolio.calc.accounting.performance import Worth, daily_returns, money_weighted_of, time_weighted
from portfolio.calc.accounting.shares import book_problems, share_entries, shares_before
from portfolio.calc.accounting.state import State, pack, unpack
from portfolio.calc.accounting.transactions import Kind, Row, Transactions
from portfolio.calc.accounting.valuation import Valuation, valuation, valuation_from

__all__ = [
    "AccountingError",
    "Attribution",
    "Contributions",
    "Days",
    "Kind",
    "Market",
    "MissingPrice",
    "MissingRate",
    "Problem",
    "Row",
    "Sleeves",
    "State",
    "TransactionErrors",
    "Transactions",
    "Valuation",
    "Worth",
    "attribution",
    "book_problems",
    "brinson_fachler",
    "contributions",
    "daily_contributions",
    "daily_returns",
    "explain_positions",
    "explain_return",
    "explain_value",
    "grouped",
    "money_weighted_of",
    "pack",
    "problems_of",
    "share_entries",
    "shares_before",
    "sleeves",
    "time_weighted",
    "unpack",
    "valuation",
    "valuation_from",
    "worth_of",
]
