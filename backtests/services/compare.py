"""Finished backtests side by side."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import override

from backtests.models import BacktestCondition, BacktestSession, BacktestSnapshot
from backtests.report import comparison_report
from backtests.report.comparison import labels, rebased
from backtests.report.configuration import differences
from backtests.report.meaning import better, in_order
from backtests.services.errors import BacktestError
from backtests.services.result import (
    OF_SNAPSHOT,
    backtest_summary,
    completed,
    conditions_told,
    config_in_order,
    series_from,
    units,
)

FEWEST, MOST = 2, 8  # more cannot be told apart in one chart
Result = dict[str, Any]


@override("en")
def backtests_compare(*, sessions: Sequence[BacktestSession]) -> dict[str, Any]:
    """``backtests``: what each is; ``statistics``: a row per figure with the ``values`` in their order and the ``best``
    of them (None where no way is better, or for money in several currencies); ``differences``: settings that are not
    the same, as text; ``series``: of each ``dates``, ``value`` rebased to 100 on the session before its first,
    ``benchmark`` so, and ``drawdown`` in percent. BacktestError for fewer than 2, more than 8, or one without result.
    """
    results = compared_results(sessions)
    names = labels(results)
    shown = ("id", "name", "region", "currency", "start", "end", "benchmark")
    figures = in_order(list(dict.fromkeys(name for one in results for name in one["statistics"])))
    return {
        "backtests": [
            {"label": label} | {name: one[name] for name in shown} for label, one in zip(names, results, strict=True)
        ],
        "statistics": [_row(name, results) for name in figures],
        "differences": [
            {"setting": setting, "values": list(map(str, texts))} for setting, texts in differences(results)
        ],
        "series": [
            {
                "label": label, "dates": one["series"]["dates"], "value": rebased(one["series"]["value"]),
                "benchmark": one["series"]["benchmark"] and rebased(one["series"]["benchmark"]),
                "drawdown": one["series"]["drawdown"],
            }
            for label, one in zip(names, results, strict=True)
        ],
    }  # fmt: skip


def backtests_comparison(*, sessions: Sequence[BacktestSession]) -> str:
    """The same as one HTML file that needs nothing else; errors as ``backtests_compare``."""
    return comparison_report(compared_results(sessions))


def _row(name: str, results: list[Result]) -> dict[str, Any]:
    values, unit = [one["statistics"].get(name) for one in results], units().get(name, "")
    same_money = unit != "currency" or len({one["currency"] for one in results}) == 1
    return {"name": name, "unit": unit, "values": values, "best": better(name, values) if same_money else None}


def compared_results(sessions: Sequence[BacktestSession]) -> list[Result]:
    """What comparing needs of each, in three queries for all of them."""
    if not FEWEST <= len(sessions) <= MOST:
        raise BacktestError(f"ids: {FEWEST} to {MOST} backtests can be compared, not {len(sessions)}")
    for session in sessions:
        completed(session)
    keys = [session.pk for session in sessions]
    snapshots: dict[int, list[tuple[Any, ...]]] = {key: [] for key in keys}
    rows = BacktestSnapshot.objects.filter(session__in=keys).order_by("session", "date")
    for key, *columns in rows.values_list("session_id", *OF_SNAPSHOT):
        snapshots[key].append(tuple(columns))
    conditions: dict[int, list[BacktestCondition]] = {key: [] for key in keys}
    for condition in BacktestCondition.objects.filter(session__in=keys).order_by("session", "kind", "position"):
        conditions[condition.session_id].append(condition)
    return [_result(one, snapshots[one.pk], conditions[one.pk]) for one in sessions]


def _result(
    session: BacktestSession, snapshots: Sequence[tuple[Any, ...]], conditions: Sequence[BacktestCondition]
) -> Result:
    found = session.statistics
    return {
        **backtest_summary(session=session), "name": session.label,
        "config": config_in_order(session.config),
        "conditions": conditions_told(session, conditions), "benchmark": found.details["benchmark"],
        "statistics": found.figures, "units": units(), "series": series_from(session, snapshots),
        "findings": found.findings,
    }  # fmt: skip
