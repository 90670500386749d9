"""Backtests for tests of the doors: carried out over a small market, or made up row by row."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from backtests.models import BacktestSession, BacktestSnapshot, BacktestStatistics, Status
from backtests.services import config_check
from tests.backtests.services.tables import config

DETAILS = {
    "before": "2024-01-01", "benchmark": {"ticker": "KOSPI", "name": "KOSPI"}, "benchmark_before": 100.0,
    "drawdowns": [], "reasons": [], "instruments": {"best": [], "worst": []}, "selection": [],
    "distributions": {"profit_rate": {"edges": [], "counts": []}, "hold_days": {"edges": [], "counts": []}},
}  # fmt: skip
FIRST = dt.date(2024, 1, 2)


def bare(**columns: Any) -> BacktestSession:
    """A backtest without a result, straight in its table."""
    known = {
        "region": "KR", "currency": "KRW", "start": FIRST, "end": FIRST + dt.timedelta(days=30), "config": config(),
    }  # fmt: skip
    return BacktestSession.objects.create(**known | columns)


def made_up(
    *, values: Sequence[float] = (100.0,), benchmark: Sequence[float] | None = None, capital: float = 100.0,
    figures: dict[str, float | None] | None = None, findings: Sequence[dict[str, Any]] = (), **columns: Any,
) -> BacktestSession:  # fmt: skip
    """A finished backtest with these values on the days from 2024-01-02 on, and figures in its lists."""
    written = config_check(config=config(initial_capital=capital) | columns.pop("config", {})).written
    columns = {"status": Status.COMPLETED, "session_count": len(values), "config": written} | columns
    session = bare(**columns)
    figures = {"final_value": values[-1], "trades": 0} | (figures or {})
    own = {field.name for field in BacktestStatistics._meta.get_fields()}
    BacktestStatistics.objects.create(
        session=session, figures=figures, details=DETAILS, findings=list(findings),
        **{name: value for name, value in figures.items() if name in own},
    )  # fmt: skip
    levels = benchmark or [None] * len(values)
    BacktestSnapshot.objects.bulk_create(
        BacktestSnapshot(
            session=session, date=FIRST + dt.timedelta(days=place), cash=value, holdings_value=0, value=value,
            positions=0, turnover=0, drawdown=min(0.0, value - max(values[: place + 1])), benchmark=level,
        )
        for place, (value, level) in enumerate(zip(values, levels, strict=True))
    )  # fmt: skip
    return session
