"""Use cases of backtests, one module each; pages, API, admin, commands and tasks call these."""

from backtests.services.compare import backtests_compare, backtests_comparison
from backtests.services.config import Config, config_check
from backtests.services.deleting import backtest_delete
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
from backtests.services.watching import backtests_tidy

__all__ = [
    "BacktestBusy",
    "BacktestError",
    "Config",
    "backtest_cancel",
    "backtest_create",
    "backtest_delete",
    "backtest_enqueue",
    "backtest_execute",
    "backtest_report",
    "backtest_rerun",
    "backtest_result",
    "backtest_run",
    "backtests_compare",
    "backtests_comparison",
    "backtests_tidy",
    "config_check",
    "orders_csv",
    "weights_csv",
]
