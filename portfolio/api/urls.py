"""Addresses of portfolios, below ``/api/``."""

from django.urls import path

from portfolio.api import actions, alerts, importing, performance, portfolios, transactions

OF_ONE = "portfolios/<int:pk>/"
urlpatterns = [
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
]
