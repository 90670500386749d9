"""Use cases of factors, one module each; pages, API, admin, commands and tasks call these."""

from factors.services.aggregates import aggregates_refresh
from factors.services.analysis import analysis_create, analysis_enqueue, analysis_execute, analysis_summary
from factors.services.analysis_request import AnalysisError
from factors.services.combine import (
    combine_run_cancel,
    combine_run_create,
    combine_run_enqueue,
    combine_run_execute,
    combine_run_resume,
    combine_run_summary,
    composite_newest,
    composite_sessions,
    composite_top,
    scores_period,
    strategies_daily,
)
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
from factors.services.strategies import (
    catalogue_complete,
    strategies_define,
    strategy_check,
    strategy_copy,
    strategy_definition,
    strategy_get,
    strategy_save,
)
from factors.services.universes import StrategyError

__all__ = [
    "AnalysisError",
    "FactorRunError",
    "NotQueued",
    "Outcome",
    "StrategyError",
    "aggregates_refresh",
    "analysis_create",
    "analysis_enqueue",
    "analysis_execute",
    "analysis_summary",
    "catalogue_complete",
    "combine_run_cancel",
    "combine_run_create",
    "combine_run_enqueue",
    "combine_run_execute",
    "combine_run_resume",
    "combine_run_summary",
    "composite_newest",
    "composite_sessions",
    "composite_top",
    "factor_run_create",
    "factor_run_daily",
    "factor_run_enqueue",
    "factor_run_execute",
    "factor_run_summary",
    "factors_compute",
    "regions_with_bars",
    "scores_export",
    "scores_period",
    "scores_top",
    "session_resolve",
    "strategies_daily",
    "strategies_define",
    "strategy_check",
    "strategy_copy",
    "strategy_definition",
    "strategy_get",
    "strategy_save",
]
