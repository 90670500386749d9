"""Addresses of the pages: factors, the screener, strategies."""

from django.urls import path

from factors.views import (
    asking,
    catalogue,
    factor,
    factor_parts,
    formula,
    screener,
    strategies,
    strategy,
    strategy_edit,
)
from factors.views.home_section import MoversPage
from factors.views.instrument_section import InstrumentScores, ScoreHistory

app_name = "factors"
urlpatterns = [
    path("factors/", catalogue.Factors.as_view(), name="factors"),
    path("formulas/new/", formula.Formula.as_view(), name="formula"),
    path("factors/jobs/<kind>/<int:pk>/", asking.JobBox.as_view(), name="job"),
    path("factors/<name>/", factor.FactorPage.as_view(), name="factor"),
    path("factors/<name>/coverage/", factor_parts.Coverage.as_view(), name="coverage"),
    path("factors/<name>/distribution/", factor_parts.Distribution.as_view(), name="factor-distribution"),
    path("factors/<name>/alike/", factor_parts.AlikeFactors.as_view(), name="factor-alike"),
    path("factors/<name>/analysis/", factor_parts.Analysis.as_view(), name="factor-analysis"),
    path("factors/<name>/history/", factor_parts.History.as_view(), name="factor-history"),
    path("factors/<name>/analyse/", asking.analyse, name="factor-analyse"),
    path("screener/", screener.Screener.as_view(), name="screener"),
    path("strategies/", strategies.Strategies.as_view(), name="strategies"),
    path("strategies/new/", strategy_edit.StrategyNew.as_view(), name="strategy-new"),
    path("strategies/<int:pk>/", strategy.StrategyPage.as_view(), name="strategy"),
    path("strategies/<int:pk>/coverage/", strategy.StrategyCoverage.as_view(), name="strategy-coverage"),
    path("strategies/<int:pk>/edit/", strategy_edit.StrategyEdit.as_view(), name="strategy-edit"),
    path("strategies/<int:pk>/delete/", strategy_edit.StrategyDelete.as_view(), name="strategy-delete"),
    path("strategies/<int:pk>/copy/", strategy_edit.copy, name="strategy-copy"),
    path("strategies/<int:pk>/combine/", strategy_edit.combine, name="strategy-combine"),
    path("combine-runs/<int:pk>/cancel/", strategy_edit.combine_cancel, name="combine-cancel"),
    path("movers/", MoversPage.as_view(), name="movers"),
    path("scores/<region>/<path:ticker>/", InstrumentScores.as_view(), name="instrument-scores"),
    path("score-history/<region>/<path:ticker>/", ScoreHistory.as_view(), name="instrument-history"),
]
