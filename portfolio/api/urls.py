"""Addresses of portfolios, below ``/api/``."""

from django.urls import path

from portfolio.api import actions, importing, portfolios, transactions

OF_ONE = "portfolios/<int:pk>/"
urlpatterns = [
    path("portfolios/", portfolios.PortfolioList.as_view(), name="portfolio-list"),
    path(OF_ONE, portfolios.PortfolioDetail.as_view(), name="portfolio-detail"),
    path(f"{OF_ONE}transactions/", transactions.TransactionList.as_view(), name="portfolio-transactions"),
    path(f"{OF_ONE}transactions/<int:number>/", transactions.TransactionDetail.as_view(), name="portfolio-transaction"),
    path(f"{OF_ONE}import/", importing.ImportFile.as_view(), name="portfolio-import"),
    path(f"{OF_ONE}corporate-actions/", actions.CorporateActions.as_view(), name="portfolio-corporate-actions"),
]
