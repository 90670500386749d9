"""Addresses of portfolios and of the figures of assets, below ``/api/``."""

from django.urls import include, path

from portfolio.api import (
    actions,
    alerts,
    allocations,
    asset_metrics,
    benchmarks,
    correlations,
    held_metrics,
    importing,
    optimisation,
    performance,
    portfolios,
    rebalancing,
    risk,
    stress,
    transactions,
)

OF_ONE = "portfolios/<int:pk>/"
urlpatterns = [
    path(OF_ONE, include(allocations)),
    path(OF_ONE, include(rebalancing)),
    path("portfolios/", portfolios.PortfolioList.as_view(), name="portfolio-list"),
    path(OF_ONE, portfolios.PortfolioDetail.as_view(), name="portfolio-detail"),
    path(f"{OF_ONE}transactions/", transactions.TransactionList.as_view(), name="portfolio-transactions"),
    path(f"{OF_ONE}transactions/<int:number>/", transactions.TransactionDetail.as_view(), name="portfolio-transaction"),
    path(f"{OF_ONE}import/", importing.ImportFile.as_view(), name="portfolio-import"),
    path(f"{OF_ONE}corporate-actions/", actions.CorporateActions.as_view(), name="portfolio-corporate-actions"),
    path(f"{OF_ONE}summary/", performance.Summary.as_view(), name="portfolio-summary"),
    path(f"{OF_ONE}performance/", performance.Performance.as_view(), name="portfolio-performance"),
    path(f"{OF_ONE}history/", performance.History.as_view(), name="portfolio-history"),
    path(f"{OF_ONE}positions/", performance.Positions.as_view(), name="portfolio-positions"),
    path(f"{OF_ONE}revalue/", performance.Revalue.as_view(), name="portfolio-revalue"),
    path(f"{OF_ONE}alerts/", alerts.Alerts.as_view(), name="portfolio-alerts"),
    path(f"{OF_ONE}alerts/limits/", alerts.Limits.as_view(), name="portfolio-alert-limits"),
    path(f"{OF_ONE}alerts/<int:alert>/seen/", alerts.AlertSeen.as_view(), name="portfolio-alert-seen"),
    path("asset-metrics/", asset_metrics.MetricsList.as_view(), name="assetmetrics-list"),
    path(
        "asset-metrics/<str:region>/<str:ticker>/", asset_metrics.MetricsHistory.as_view(), name="assetmetrics-history"
    ),
    path("correlations/", correlations.Matrix.as_view(), name="correlation-matrix"),
    path("correlations/rolling/", correlations.RollingList.as_view(), name="correlation-rolling"),
    path(f"{OF_ONE}risk/", risk.Risk.as_view(), name="portfolio-risk"),
    path(f"{OF_ONE}risk/history/", risk.RiskHistory.as_view(), name="portfolio-risk-history"),
    path(f"{OF_ONE}risk/contributions/", risk.RiskContributions.as_view(), name="portfolio-risk-contributions"),
    path(f"{OF_ONE}risk/var-backtest/", risk.VarBacktest.as_view(), name="portfolio-var-backtest"),
    path(f"{OF_ONE}exposure/factors/", risk.FactorExposure.as_view(), name="portfolio-factor-exposure"),
    path(f"{OF_ONE}exposure/look-through/", risk.LookThroughExposure.as_view(), name="portfolio-look-through"),
    path(f"{OF_ONE}correlations/", risk.HeldCorrelations.as_view(), name="portfolio-correlations"),
    path(f"{OF_ONE}asset-metrics/", held_metrics.HeldMetrics.as_view(), name="portfolio-asset-metrics"),
    path(f"{OF_ONE}benchmarks/", benchmarks.Benchmarks.as_view(), name="portfolio-benchmarks"),
    path(f"{OF_ONE}attribution/", benchmarks.Attribution.as_view(), name="portfolio-attribution"),
    path(f"{OF_ONE}stress/", stress.StressTest.as_view(), name="portfolio-stress"),
    path(f"{OF_ONE}optimisation/", optimisation.Optimisation.as_view(), name="portfolio-optimisation"),
    path(f"{OF_ONE}optimisation/frontier/", optimisation.Frontier.as_view(), name="portfolio-frontier"),
]
