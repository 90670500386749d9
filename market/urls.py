"""Addresses of the pages: instruments, search, data, jobs."""

from django.urls import path

from market.views.instruments import Instruments

app_name = "market"
urlpatterns = [
    path("instruments/", Instruments.as_view(), name="instruments"),
    path("instruments/<region>/<path:ticker>/", Instruments.as_view(), name="instrument"),
]
