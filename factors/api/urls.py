"""Addresses of factors, below ``/api/``."""

from django.urls import path

from factors.api import aggregates, analysis_views, formulas, history, strategy_views, views

urlpatterns = [
    path("factors/", views.FactorList.as_view(), name="factor-list"),
    path("factors/<str:name>/", views.FactorDetail.as_view(), name="factor-detail"),
    path("factor-scores/", views.ScoreList.as_view(), name="factorscore-list"),
    path("factor-scores-monthly/", aggregates.MonthlyList.as_view(), name="monthlyscore-list"),
    path("factor-correlation-daily/", aggregates.DailyList.as_view(), name="dailyscore-list"),
    path("factor-runs/", views.RunList.as_view(), name="factorrun-list"),
    path("factor-runs/<int:pk>/", views.RunDetail.as_view(), name="factorrun-detail"),
    path("factor-backfills/", history.BackfillList.as_view(), name="factorbackfill-list"),
    path("factor-backfills/<int:pk>/", history.BackfillDetail.as_view(), name="factorbackfill-detail"),
    path("factor-returns/", history.ReturnList.as_view(), name="factorreturn-list"),
    path("factor-analysis/", analysis_views.AnalysisList.as_view(), name="factoranalysis-list"),
    path("factor-analysis/<int:pk>/", analysis_views.AnalysisDetail.as_view(), name="factoranalysis-detail"),
    path(
        "factor-analysis/<int:pk>/tear-sheet/",
        analysis_views.AnalysisTearSheet.as_view(),
        name="factoranalysis-tear-sheet",
    ),
    path("factor-formulas/", formulas.FormulaList.as_view(), name="factorformula-list"),
    path("factor-formulas/check/", formulas.FormulaCheck.as_view(), name="factorformula-check"),
    path("factor-formulas/<str:name>/", formulas.FormulaDetail.as_view(), name="factorformula-detail"),
    path("strategies/", strategy_views.StrategyList.as_view(), name="strategy-list"),
    path("strategies/<str:name>/", strategy_views.StrategyDetail.as_view(), name="strategy-detail"),
    path("strategies/<str:name>/combine/", strategy_views.StrategyCombine.as_view(), name="strategy-combine"),
    path("composite-scores/", strategy_views.CompositeList.as_view(), name="compositescore-list"),
    path("combine-runs/", strategy_views.CombineRunList.as_view(), name="combinerun-list"),
    path("combine-runs/<int:pk>/", strategy_views.CombineRunDetail.as_view(), name="combinerun-detail"),
]
