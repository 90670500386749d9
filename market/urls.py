"""Addresses of the pages: instruments, search, data, jobs."""

from django.urls import path

from market.views.instrument import InstrumentPage
from market.views.instruments import Instruments
from market.views.prices import PriceChart

app_name = "market"
urlpatterns = [
    path("instruments/", Instruments.as_view(), name="instruments"),
    path("instruments/<region>/<path:ticker>/", InstrumentPage.as_view(), name="instrument"),
    path("prices/<region>/<path:ticker>/", PriceChart.as_view(), name="prices"),
]
