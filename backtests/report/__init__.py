"""Reports of backtests: each one HTML file that needs nothing else, made from plain data."""

from backtests.report.comparison import comparison_page, comparison_report
from backtests.report.session import session_overview, session_report
from backtests.report.sweep import sweep_report
from backtests.report.walk_forward import walk_forward_page, walk_forward_report

__all__ = [
    "comparison_page",
    "comparison_report",
    "session_overview",
    "session_report",
    "sweep_report",
    "walk_forward_page",
    "walk_forward_report",
]
