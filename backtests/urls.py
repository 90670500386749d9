"""Addresses of the pages: backtests, sweeps, comparison."""

from django.urls import path

from backtests.views import actions, comparing, session, sessions, trades
from backtests.views.builder import pages as builder
from backtests.views.sweeps import actions as sweep_actions
from backtests.views.sweeps import asking, listing, mapping
from backtests.views.sweeps import page as sweep

app_name = "backtests"
OF_ONE = "backtests/<int:pk>/"
OF_SWEEP = "backtests/sweeps/<int:pk>/"
urlpatterns = [
    path("backtests/", sessions.Sessions.as_view(), name="sessions"),
    path("backtests/new/", builder.Builder.as_view(), name="new"),
    path("backtests/new/check/", builder.Check.as_view(), name="check"),
    path("backtests/new/form/", builder.Redraw.as_view(), name="redraw"),
    path("backtests/new/yaml/", builder.Written.as_view(), name="written"),
    path("backtests/new/preview/", builder.Preview.as_view(), name="preview"),
    path("backtests/compare/", comparing.Compare.as_view(), name="compare"),
    path(OF_ONE, session.SessionPage.as_view(), name="session"),
    path(f"{OF_ONE}progress/", session.SessionProgress.as_view(), name="progress"),
    path(f"{OF_ONE}cancel/", actions.Cancel.as_view(), name="cancel"),
    path(f"{OF_ONE}rerun/", actions.Rerun.as_view(), name="rerun"),
    path(f"{OF_ONE}delete/", actions.Delete.as_view(), name="delete"),
    path(f"{OF_ONE}portfolio/", actions.AsPortfolio.as_view(), name="portfolio"),
    path(f"{OF_ONE}config.yaml", actions.ConfigFile.as_view(), name="yaml"),
    path(f"{OF_ONE}trades/<int:number>/", trades.TradeTrail.as_view(), name="trade"),
    path("backtests/sweeps/", listing.Sweeps.as_view(), name="sweeps"),
    path("backtests/sweeps/new/", asking.NewSweep.as_view(), name="new-sweep"),
    path(OF_SWEEP, sweep.SweepPage.as_view(), name="sweep"),
    path(f"{OF_SWEEP}progress/", sweep.SweepProgress.as_view(), name="sweep-progress"),
    path(f"{OF_SWEEP}map/", mapping.SweepMap.as_view(), name="sweep-map"),
    path(f"{OF_SWEEP}cancel/", sweep_actions.SweepCancel.as_view(), name="sweep-cancel"),
    path(f"{OF_SWEEP}resume/", sweep_actions.SweepResume.as_view(), name="sweep-resume"),
    path(f"{OF_SWEEP}delete/", sweep_actions.SweepDelete.as_view(), name="sweep-delete"),
    path(f"{OF_SWEEP}variants/<int:number>/run/", sweep_actions.VariantRun.as_view(), name="variant-run"),
]
