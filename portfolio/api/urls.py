"""Addresses of portfolios, below ``/api/``."""

from django.urls import include, path

from portfolio.api import alerts, allocations, performance, rebalancing

OF_ONE = "portfolios/<int:pk>/"
urlpatterns = [
    path(OF_ONE, include(allocations)),
    path(OF_ONE, include(rebalancing)),
    path(f"{OF_ONE}summary/", performance.Summary.as_view(), name="portfolio-summary"),
    path(f"{OF_ONE}performance/", performance.Performance.as_view(), name="portfolio-performance"),
    path(f"{OF_ONE}history/", performance.History.as_view(), name="portfolio-history"),
    path(f"{OF_ONE}positions/", performance.Positions.as_view(), name="portfolio-positions"),
    path(f"{OF_ONE}revalue/", performance.Revalue.as_view(), name="portfolio-revalue"),
    path(f"{OF_ONE}alerts/", alerts.Alerts.as_view(), name="portfolio-alerts"),
    path(f"{OF_ONE}alerts/limits/", alerts.Limits.as_view(), name="portfolio-alert-limits"),
    path(f"{OF_ONE}alerts/<int:alert>/seen/", alerts.AlertSeen.as_view(), name="portfolio-alert-seen"),
]
