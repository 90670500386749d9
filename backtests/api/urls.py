"""Addresses of backtests, below ``/api/``."""

from django.urls import path

from backtests.api import comparing, files, portfolios, results, rows, sessions, sweeps

OF_ONE = "backtests/<int:pk>/"
urlpatterns = [
    *sweeps.urlpatterns,
    path("backtests/", sessions.BacktestList.as_view(), name="backtest-list"),
    path("backtests/compare/", comparing.Compare.as_view(), name="backtest-compare"),
    path("backtests/compare/report/", comparing.CompareReport.as_view(), name="backtest-compare-report"),
    path(OF_ONE, sessions.BacktestDetail.as_view(), name="backtest-detail"),
    path(f"{OF_ONE}cancel/", sessions.BacktestCancel.as_view(), name="backtest-cancel"),
    path(f"{OF_ONE}rerun/", sessions.BacktestRerun.as_view(), name="backtest-rerun"),
    path(f"{OF_ONE}portfolio/", portfolios.PortfolioOfBacktest.as_view(), name="backtest-portfolio"),
    path(f"{OF_ONE}statistics/", results.Statistics.as_view(), name="backtest-statistics"),
    path(f"{OF_ONE}monthly/", results.Monthly.as_view(), name="backtest-monthly"),
    path(f"{OF_ONE}yearly/", results.Yearly.as_view(), name="backtest-yearly"),
    path(f"{OF_ONE}contribution/", results.Contribution.as_view(), name="backtest-contribution"),
    path(f"{OF_ONE}diagnosis/", results.Diagnosis.as_view(), name="backtest-diagnosis"),
    path(f"{OF_ONE}series/", results.Series.as_view(), name="backtest-series"),
    path(f"{OF_ONE}snapshots/", rows.SnapshotList.as_view(), name="backtest-snapshots"),
    path(f"{OF_ONE}trades/", rows.TradeList.as_view(), name="backtest-trades"),
    path(f"{OF_ONE}holdings/", rows.HoldingList.as_view(), name="backtest-holdings"),
    path(f"{OF_ONE}events/", rows.EventList.as_view(), name="backtest-events"),
    path(f"{OF_ONE}report/", files.Report.as_view(), name="backtest-report"),
    path(f"{OF_ONE}orders.csv", files.Orders.as_view(), name="backtest-orders"),
    path(f"{OF_ONE}weights.csv", files.Weights.as_view(), name="backtest-weights"),
]
