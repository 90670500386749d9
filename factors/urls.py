"""Addresses of the pages: factors, the screener, strategies."""

from django.urls import path

from factors.views.home_section import MoversPage
from factors.views.instrument_section import InstrumentScores, ScoreHistory

app_name = "factors"
urlpatterns = [
    path("movers/", MoversPage.as_view(), name="movers"),
    path("scores/<region>/<path:ticker>/", InstrumentScores.as_view(), name="instrument-scores"),
    path("score-history/<region>/<path:ticker>/", ScoreHistory.as_view(), name="instrument-history"),
]
