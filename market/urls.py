"""Addresses of the pages: instruments, search, data, jobs."""

from django.urls import path

from market.views.data import Data, LoadPage
from market.views.instrument import InstrumentPage
from market.views.instruments import Instruments
from market.views.jobs import JobChange, JobPage, Jobs
from market.views.prices import PriceChart
from market.views.search import Search

app_name = "market"
urlpatterns = [
    path("instruments/", Instruments.as_view(), name="instruments"),
    path("instruments/<region>/<path:ticker>/", InstrumentPage.as_view(), name="instrument"),
    path("prices/<region>/<path:ticker>/", PriceChart.as_view(), name="prices"),
    path("search/", Search.as_view(), name="search"),
    path("data/", Data.as_view(), name="data"),
    path("data/loads/<int:pk>/", LoadPage.as_view(), name="load"),
    path("jobs/", Jobs.as_view(), name="jobs"),
    path("jobs/<kind>/<pk>/", JobPage.as_view(), name="job"),
    path("jobs/<kind>/<pk>/<change>/", JobChange.as_view(), name="job-change"),
]
