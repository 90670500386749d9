"""Use cases of backtests, one module each; pages, API, admin, commands and tasks call these."""

from backtests.services.compare import backtests_compare, backtests_comparison
from backtests.services.config import Config, config_check
from backtests.services.deleting import backtest_delete, sweep_delete
from backtests.services.errors import BacktestBusy, BacktestError
from backtests.services.exports import orders_csv, weights_csv
from backtests.services.portfolios import backtest_to_portfolio
from backtests.services.result import backtest_report, backtest_result
from backtests.services.sessions import (
    backtest_cancel,
    backtest_create,
    backtest_enqueue,
    backtest_execute,
    backtest_rerun,
    backtest_run,
)
from backtests.services.sweep_result import sweep_report, sweep_result, sweep_summary, variant_told
from backtests.services.sweep_working import best_variants, sweep_take_turn, sweep_work
from backtests.services.sweeps import (
    sweep_cancel,
    sweep_create,
    sweep_enqueue,
    sweep_get,
    sweep_resume,
    variant_create,
    variant_enqueue,
    variant_run,
)
from backtests.services.walk_forward import walk_forward_create, walk_forward_report, walk_forward_told
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
    "backtest_to_portfolio",
    "backtests_compare",
    "backtests_comparison",
    "backtests_tidy",
    "best_variants",
    "config_check",
    "orders_csv",
    "sweep_cancel",
    "sweep_create",
    "sweep_delete",
    "sweep_enqueue",
    "sweep_get",
    "sweep_report",
    "sweep_result",
    "sweep_resume",
    "sweep_summary",
    "sweep_take_turn",
    "sweep_work",
    "variant_create",
    "variant_enqueue",
    "variant_run",
    "variant_told",
    "walk_forward_create",
    "walk_forward_report",
    "walk_forward_told",
    "weights_csv",
]
