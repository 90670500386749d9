"""Addresses of portfolios and of the figures of assets, below ``/api/``."""

from django.urls import path

from portfolio.api import asset_metrics, correlations

urlpatterns = [
    path("asset-metrics/", asset_metrics.MetricsList.as_view(), name="assetmetrics-list"),
    path(
        "asset-metrics/<str:region>/<str:ticker>/", asset_metrics.MetricsHistory.as_view(), name="assetmetrics-history"
    ),
    path("correlations/", correlations.Matrix.as_view(), name="correlation-matrix"),
    path("correlations/rolling/", correlations.RollingList.as_view(), name="correlation-rolling"),
]
