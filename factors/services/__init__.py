"""Use cases of factors, one module each; pages, API, admin, commands and tasks call these."""

from factors.services.aggregates import aggregates_refresh
from factors.services.exports import scores_export, scores_top
from factors.services.runs import (
    FactorRunError,
    NotQueued,
    Outcome,
    factor_run_create,
    factor_run_daily,
    factor_run_enqueue,
    factor_run_execute,
    factor_run_summary,
    factors_compute,
    regions_with_bars,
    session_resolve,
)

__all__ = [
    "FactorRunError",
    "NotQueued",
    "Outcome",
    "aggregates_refresh",
    "factor_run_create",
    "factor_run_daily",
    "factor_run_enqueue",
    "factor_run_execute",
    "factor_run_summary",
    "factors_compute",
    "regions_with_bars",
    "scores_export",
    "scores_top",
    "session_resolve",
]
