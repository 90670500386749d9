"""A portfolio over a period, for people to look at: its report beside the series that charts are made of."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from portfolio.models import Portfolio
from portfolio.services.errors import PortfolioError
from portfolio.services.performance import Performance, performance_of, report_of


@dataclass(frozen=True)
class Overview:
    """``report``: as ``performance_report``, None (and why, in ``problem``) where no return leads through the period;
    ``benchmarks``: by symbol levels in the portfolio's currency, float64 [T + 1] as ``Record.levels``.
    """

    found: Performance
    report: dict[str, Any] | None
    problem: str
    benchmarks: dict[str, np.ndarray]


def overview_of(*, portfolio: Portfolio, start: dt.date | None = None, end: dt.date | None = None) -> Overview:
    """Of the sessions from ``start`` to ``end``. PortfolioError where there is none."""
    found = performance_of(portfolio=portfolio, start=start, end=end)
    rows = [one.instrument for one in portfolio.benchmarks.select_related("instrument")]
    levels: dict[str, np.ndarray] = {}
    problem, report = "", None
    try:
        report = report_of(found)
        table = found.record.levels(rows) if rows else np.zeros((0, 0))
        levels = {str(one): table[:, at] for at, one in enumerate(rows)}
    except PortfolioError as error:
        problem = str(error)
    return Overview(found, report, problem, levels)
