"""A finished backtest as a portfolio of somebody's: its capital, trades, splits and dividends as transactions."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from backtests.models import BacktestEvent, BacktestSession
from backtests.services.errors import BacktestError
from backtests.services.result import completed
from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.portfolios import portfolio_create
from portfolio.services.transactions import transactions_add


@transaction.atomic
def backtest_to_portfolio(*, session_id: int, owner: User, name: str = "") -> Portfolio:
    """Deposit the initial capital on the first session and book what happened, at the prices of execution with their
    costs: cash and holdings at the end are those of the backtest, and so are costs and lots of its plans to rebalance.
    ``name``: else the backtest's.

    BacktestError while there is no result, for an instrument that is not there any more, or a name that is taken.
    """
    session = BacktestSession.objects.get(pk=session_id)
    completed(session)
    config = session.config
    rows = [_deposit(session), *_events(session), *_trades(session)]
    try:
        made = portfolio_create(
            owner=owner, name=name or str(session)[:100], base_currency=session.currency,
            description=f"Backtest {session}", commission=config["commission"], sales_tax=config["tax"],
            lot=0.0 if config["fractional"] else config["lot_size"],
        )  # fmt: skip
        transactions_add(portfolio=made, rows=rows, source=f"backtest #{session.pk}")
    except PortfolioError as error:
        raise BacktestError(str(error)) from error
    made.refresh_from_db()
    return made


def _deposit(session: BacktestSession) -> dict[str, Any]:
    return {"kind": "DEPOSIT", "date": session.start, "amount": repr(float(session.config["initial_capital"]))}


def _events(session: BacktestSession) -> list[dict[str, Any]]:
    """Splits by their ratio; dividends by what was paid."""
    rows: list[dict[str, Any]] = []
    happened = session.events.exclude(kind=BacktestEvent.Kind.CANCELLED)
    for event in happened.select_related("instrument").order_by("number"):
        row = {"kind": event.kind, "date": event.date, "asset": _asset(event)}
        if event.kind == BacktestEvent.Kind.SPLIT:
            rows.append(row | {"quantity": repr(event.figure)})
        else:
            paid = {"quantity": repr(event.quantity), "price": repr(event.figure), "amount": repr(event.cash_flow)}
            rows.append(row | paid)
    return rows


def _trades(session: BacktestSession) -> list[dict[str, Any]]:
    return [
        {
            "kind": trade.side, "date": trade.trade_date, "asset": _asset(trade), "quantity": repr(trade.quantity),
            "price": repr(trade.execution_price), "amount": repr(trade.amount), "fee": repr(trade.commission),
            "tax": repr(trade.tax), "sequence": trade.number, "note": trade.reason,
        }
        for trade in session.trades.select_related("instrument").order_by("number")
    ]  # fmt: skip


def _asset(row: Any) -> str:
    if row.instrument is None:
        raise BacktestError(f"ticker: {row.ticker} is no instrument any more")
    return str(row.instrument)
