"""Addresses of the pages: backtests, sweeps, comparison."""

from django.urls import URLPattern

app_name = "backtests"
urlpatterns: list[URLPattern] = []
