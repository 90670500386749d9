"""Addresses of the pages: factors, the screener, strategies."""

from django.urls import URLPattern

app_name = "factors"
urlpatterns: list[URLPattern] = []
