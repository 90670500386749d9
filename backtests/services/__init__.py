"""Use cases of backtests, one module each; pages, API, admin, commands and tasks call these."""

from backtests.services.config import Config, config_check
from backtests.services.errors import BacktestBusy, BacktestError
from backtests.services.exports import orders_csv, weights_csv
from backtests.services.result import backtest_report, backtest_result
from backtests.services.sessions import (
    backtest_cancel,
    backtest_create,
    backtest_enqueue,
    backtest_execute,
    backtest_rerun,
    backtest_run,
)

__all__ = [
    "BacktestBusy",
    "BacktestError",
    "Config",
    "backtest_cancel",
    "backtest_create",
    "backtest_enqueue",
    "backtest_execute",
    "backtest_report",
    "backtest_rerun",
    "backtest_result",
    "backtest_run",
    "config_check",
    "orders_csv",
    "weights_csv",
]
