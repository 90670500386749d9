"""The rows of a finished backtest into its tables, by COPY."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.db import connection, models

from backtests.models import BacktestEvent, BacktestHolding, BacktestSnapshot, BacktestTrade
from market.store.copying import Column, copy_rows


@dataclass(frozen=True)
class Rows:
    """Columns by table, without the session's."""

    snapshots: Mapping[str, Column]
    trades: Mapping[str, Column]
    holdings: Mapping[str, Column]
    events: Mapping[str, Column]


def results_write(session_id: int, rows: Rows) -> None:
    """Replace what is stored of a session. Part of the caller's transaction."""
    for model, columns in _tables(rows):
        model._default_manager.filter(session_id=session_id).delete()
        count = len(next(iter(columns.values())).values)
        if count:
            with connection.cursor() as cursor:
                owner = {"session_id": Column("int8", _same(session_id, count))}
                copy_rows(cursor, model._meta.db_table, owner | dict(columns))


def _tables(rows: Rows) -> list[tuple[type[models.Model], Mapping[str, Column]]]:
    return [
        (BacktestSnapshot, rows.snapshots), (BacktestTrade, rows.trades), (BacktestHolding, rows.holdings),
        (BacktestEvent, rows.events),
    ]  # fmt: skip


def _same(value: int, count: int) -> np.ndarray:
    return np.full(count, value, dtype=np.int64)
