"""A sweep from its tables, as plain data and as a report."""

from collections.abc import Iterator
from typing import Any

from backtests.models import BacktestSweep, BacktestVariant, Status
from backtests.report import sweep_report as report
from backtests.report.sweep_tables import MOST
from backtests.services.errors import BacktestError
from backtests.services.result import config_in_order
from backtests.services.sweep_working import best_variants
from backtests.services.walk_forward import walk_forward_report, walk_forward_told

SUMMARY = (
    "id", "name", "status", "progress", "stage", "error", "method", "objective", "axes", "options", "variant_count",
    "timings", "created_at", "started_at", "finished_at",
)  # fmt: skip
OPTIONS = ("samples", "seed", "train", "test", "anchored")
SHOWN = 10


def sweep_summary(*, sweep: BacktestSweep) -> dict[str, Any]:
    """How a sweep goes, and how many variants are in each status."""
    found = {name: getattr(sweep, name) for name in SUMMARY}
    found["options"] = {name: sweep.options[name] for name in OPTIONS if name in sweep.options}
    return found | {"counts": sweep.counts()}


def sweep_result(*, sweep: BacktestSweep, best: int = SHOWN) -> dict[str, Any]:
    """Everything of a sweep: all variants by number, the ``best`` ones first to last. ``deflated_sharpe``: of the best,
    over the Sharpe ratios of all variants; None until the sweep has ended. A walk-forward gives ``walk_forward_told``
    instead.

    Of ``variants`` the 2,000 best (more where more ``best`` are asked for) are whole, and those that failed, with
    their reasons; of the others there are what they change, status and objective: a hundred thousand are many.
    """
    if sweep.method == BacktestSweep.Method.WALK_FORWARD:
        return walk_forward_told(sweep=sweep)
    concluded = sweep.result or {}
    return {
        **sweep_summary(sweep=sweep), "base": config_in_order(sweep.config),
        "deflated_sharpe": concluded.get("deflated_sharpe"),
        "data_changed": concluded.get("data_changed", False),
        "best": [variant_told(one) for one in best_variants(sweep).filter(objective__isnull=False)[:best]],
        "variants": list(_variants(sweep, max(best, MOST))),
    }  # fmt: skip


def _variants(sweep: BacktestSweep, whole: int) -> Iterator[dict[str, Any]]:
    """All by number, the ``whole`` best ones as ``variant_told`` gives them."""
    best = {one.number: one for one in best_variants(sweep)[:whole]}
    for one in sweep.variants.order_by("number").defer("figures").iterator(chunk_size=2000):
        if one.number in best:
            yield variant_told(best[one.number])
        elif one.status == Status.FAILED:
            one.figures = {}  # it has none
            yield variant_told(one)
        else:
            yield {
                "number": one.number, "overrides": one.overrides, "status": one.status, "objective": one.objective,
                "statistics": {sweep.objective: one.objective},
            }  # fmt: skip


def variant_told(variant: BacktestVariant) -> dict[str, Any]:
    return {
        "number": variant.number, "overrides": variant.overrides, "status": variant.status, "error": variant.error,
        "objective": variant.objective, "statistics": variant.figures, "seconds": variant.seconds,
    }  # fmt: skip


def sweep_report(*, sweep: BacktestSweep) -> str:
    """The report as one HTML file that needs nothing else; BacktestError while no variant has come to an end."""
    if sweep.method == BacktestSweep.Method.WALK_FORWARD:
        return walk_forward_report(sweep=sweep)
    if not sweep.variants.completed().exists() and not sweep.variants.failed().exists():
        raise BacktestError(f"status: {sweep} is {sweep.status} and no variant has come to an end")
    return report(sweep_result(sweep=sweep))
