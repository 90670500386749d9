"""A finished backtest from its tables, as plain data and as a report."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db.models import Model, QuerySet

from backtests.calc.outcomes import TRADE_FIGURES
from backtests.calc.outcomes.plain import numbers
from backtests.calc.outcomes.series import SHARPE_WINDOW, drawdowns
from backtests.models import BacktestCondition, BacktestEvent, BacktestSession, Status
from backtests.report import session_report
from backtests.report.trade_charts import MOST_SALES
from backtests.services.config import WRITTEN
from backtests.services.errors import BacktestError
from portfolio.calc.statistics import Track, all_statistics, rolling_sharpe

OF_SNAPSHOT = ("date", "value", "benchmark", "drawdown", "cash", "positions", "turnover")
OF_TRADE = (
    "number", "signal_date", "trade_date", "ticker", "name", "side", "quantity", "price", "execution_price", "amount",
    "commission", "tax", "cash_flow", "profit", "profit_rate", "hold_days", "average_price", "reason", "rule",
    "factors",
)  # fmt: skip
OF_SALE = ("side", "trade_date", "ticker", "name", "profit_rate", "reason")
OF_HOLDING = (
    "ticker", "name", "quantity", "average_price", "cost", "close", "value", "weight", "profit", "profit_rate",
    "first_bought", "hold_days", "factors",
)  # fmt: skip
OF_EVENT = ("date", "ticker", "name", "kind", "figure", "quantity", "cash_flow")
OF_CANCELLED = ("date", "signal_date", "ticker", "name", "side", "reason", "quantity")


def units() -> dict[str, str]:
    """The unit of every figure by name."""
    return {one.name: one.unit for one in all_statistics()} | {name: one.unit for name, one in TRADE_FIGURES.items()}


def backtest_summary(*, session: BacktestSession) -> dict[str, Any]:
    """What a list shows of a session: status, period, and the figures that have columns."""
    names = (
        "id", "name", "region", "currency", "status", "progress", "stage", "error", "start", "end", "session_count",
        "code_version", "data_revision", "fingerprint", "warnings", "timings", "peak_memory_mb", "created_at",
        "started_at", "finished_at",
    )  # fmt: skip
    return {name: getattr(session, name) for name in names}


def config_in_order(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration in the order in which people write one; the database keeps its own."""
    return {name: config[name] for name in (*WRITTEN, *config) if name in config}


def completed(session: BacktestSession) -> None:
    """BacktestError unless there is a result."""
    if session.status != Status.COMPLETED:
        why = f": {session.error}" if session.error else ""
        raise BacktestError(f"status: backtest #{session.pk} is {session.status} and has no result{why}")


def backtest_result(*, session: BacktestSession) -> dict[str, Any]:
    """Everything that is stored of a finished backtest, as plain data; BacktestError while there is no result."""
    completed(session)
    events, kinds = session.events, BacktestEvent.Kind
    return {
        **_without_rows(session),
        "holdings": _records(session.holdings.order_by("number"), OF_HOLDING),
        "trades": _records(session.trades.order_by("number"), OF_TRADE),
        "events": _records(events.exclude(kind=kinds.CANCELLED).order_by("number"), OF_EVENT),
        "cancelled": _records(events.filter(kind=kinds.CANCELLED).order_by("number"), OF_CANCELLED),
    }


def backtest_overview(*, session: BacktestSession) -> dict[str, Any]:
    """``backtest_result`` without its rows; of the trades the sales that a chart shows."""
    completed(session)
    sales = session.trades.sells().order_by("number")[:MOST_SALES]
    return _without_rows(session) | {"trades": _records(sales, OF_SALE)}


def _without_rows(session: BacktestSession) -> dict[str, Any]:
    found = session.statistics
    return {
        **backtest_summary(session=session), "message": session.error, "sessions": session.session_count,
        "before": found.details["before"],
        "config": config_in_order(session.config), "benchmark": found.details["benchmark"],
        "conditions": conditions_told(session, session.conditions.order_by("kind", "position")),
        "statistics": found.figures, "units": units(), "series": series_of(session),
        "monthly": found.monthly, "yearly": found.yearly,
        **{name: found.details[name] for name in ("drawdowns", "distributions", "reasons", "instruments", "selection")},
        "contribution": found.contribution, "findings": found.findings,
    }  # fmt: skip


def backtest_report(*, session: BacktestSession) -> str:
    """The report as one HTML file that needs nothing else; BacktestError while there is no result."""
    return session_report(backtest_result(session=session))


def series_of(session: BacktestSession) -> dict[str, list[Any] | None]:
    """The portfolio session by session, the session before the first at the beginning, as equally long lists."""
    return series_from(session, list(session.snapshots.order_by("date").values_list(*OF_SNAPSHOT)))


def series_from(session: BacktestSession, rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any] | None]:
    """``series_of`` from rows of ``OF_SNAPSHOT`` by date."""
    date, value, benchmark, drawdown, cash, positions, turnover = (list(column) for column in zip(*rows, strict=True))
    details = session.statistics.details
    capital = session.config["initial_capital"]
    dates = [details["before"], *map(str, date)]
    values, levels = [capital, *value], [details["benchmark_before"], *benchmark]
    track = Track(np.array(values), np.array(dates, dtype="datetime64[D]"))
    has_benchmark = any(level is not None for level in levels)
    return {
        "dates": dates, "value": values, "benchmark": levels if has_benchmark else None, "drawdown": [0.0, *drawdown],
        "benchmark_drawdown": numbers(drawdowns(np.array(levels, float))) if has_benchmark else None,
        "cash": [capital, *cash], "positions": [0, *positions], "turnover": [0.0, *turnover],
        "rolling_sharpe": [None, *numbers(rolling_sharpe(track, SHARPE_WINDOW))],
    }  # fmt: skip


def _records(rows: QuerySet[Any, Model], names: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows.values_list(*names)]


def conditions_told(session: BacktestSession, rows: Iterable[BacktestCondition]) -> dict[str, Any]:
    """What decided, as a person reads it; ``rows`` by kind and position."""
    kinds = BacktestCondition.Kind
    texts: dict[str, list[str]] = {kinds.BUY: [], kinds.SELL: [], kinds.UNIVERSE: []}
    for row in rows:
        texts[row.kind].append(row.text)
    lists = [
        f"{name}: {', '.join(given)}" for name, given in session.config["universe"].items() if name != "conditions"
    ]
    universe = "; ".join([*lists, *texts[kinds.UNIVERSE]]) or f"all stocks of {session.region}"
    return {"buy": texts[kinds.BUY], "sell": texts[kinds.SELL], "universe": universe}
