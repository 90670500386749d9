"""A finished backtest as CSV, for other programs: its orders, and its weights after each session with trades."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from backtests.calc.outcomes import OF_ORDER, OF_WEIGHT, weights_of
from backtests.calc.run import Run
from backtests.models import BacktestSession
from backtests.services.config import config_check
from backtests.services.errors import BacktestError
from backtests.services.result import completed
from backtests.services.running import run_of
from backtests.services.workbench import Workbench
from market.spreadsheets import cell_safe


def orders_csv(*, session: BacktestSession) -> str:
    """Every fill in its order, as it is stored; BacktestError while there is no result."""
    completed(session)
    return _csv(OF_ORDER, session.trades.order_by("number").values(*OF_ORDER))


def weights_csv(*, session: BacktestSession) -> str:
    """The weights after each session with trades (``weights_of``); BacktestError while there is no result, or when it
    cannot be made again.
    """
    return _csv(OF_WEIGHT, weights_of(run_again(session)))


def run_again(session: BacktestSession) -> Run:
    """The run of a finished backtest, simulated again: a second or so, and it must give what is stored to the bit."""
    completed(session)
    run = run_of(config_check(config=session.config), Workbench()).run
    stored = list(session.snapshots.order_by("date").values_list("value", flat=True))
    if not np.array_equal(run.values[1:], stored):
        raise BacktestError(f"data: they, or the code, have changed since backtest #{session.pk}: run it again")
    return run


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell_safe(value) for name, value in row.items()} for row in rows)
    return text.getvalue()
